import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { measure } from '../measure.ts'
import { p2c } from '../rivals.ts'
import type { Table } from '../table.ts'
import { onServer } from './server.ts'
import type { WritersReport } from './writers.ts'

const connections = 4
const aloneMillis = 15_000

type Mix = 'contacts' | 'mixed'

/**
 * What others feel of p2c: how much they get done, and how long they wait, before the upgrade,
 * beside it, and behind it, when its triggers work for them.
 *
 * @throws Error where a contact that they wrote has no number, or a wrong flag
 */
export async function writersTable(url: string, cwd: string): Promise<Table> {
  const alone = async (mix: Mix) => {
    await settle(url)
    return beside(url, mix, () => wait(aloneMillis))
  }
  const program = p2c(cwd, url, ['migrate', '--yes', '--quiet', '--workers', '2'])
  const before = {
    contacts: await alone('contacts'),
    mixed: await alone('mixed'),
  }
  const during = await beside(url, 'mixed', () => measure(program))
  const behind = {
    contacts: await alone('contacts'),
    mixed: await alone('mixed'),
  }
  await mustBeRight(url)
  const line = (what: string, report: WritersReport, of: WritersReport) => [
    what,
    perSecond(report).toFixed(0),
    (perSecond(report) / perSecond(of)).toFixed(2),
    ...[0.5, 0.95, 0.99, 1].map(share => percentile(report.millis, share).toFixed(1)),
  ]
  return {
    title: `Others who write, on ${connections} connections`,
    head: [
      'what they do',
      'transactions/s',
      'of before',
      '50 % ms',
      '95 % ms',
      '99 % ms',
      'most ms',
    ],
    rows: [
      line('insert contacts, before the upgrade', before.contacts, before.contacts),
      line('insert contacts, behind it', behind.contacts, before.contacts),
      line('insert contacts and quotes, update contacts, before', before.mixed, before.mixed),
      line('the same beside p2c migrate --workers 2', during, before.mixed),
      line('the same behind it', behind.mixed, before.mixed),
    ],
    words: 1,
    notes: ['Of all contacts that they wrote none is without its number, and no flag is wrong.'],
  }
}

/** What was done before shall not be tidied up on the time of those who are measured. */
async function settle(url: string): Promise<void> {
  await onServer(url, 'VACUUM ANALYZE')
  await onServer(url, 'CHECKPOINT')
}

async function beside(url: string, mix: Mix, work: () => Promise<unknown>): Promise<WritersReport> {
  const writers = fork(
    fileURLToPath(new URL('./writers.ts', import.meta.url)),
    [url, mix, String(connections)],
    { execArgv: ['--import', import.meta.resolve('tsx')] },
  )
  const failed = once(writers, 'exit').then(() => {
    throw new Error('the writers ended early')
  })
  await Promise.race([work(), failed])
  writers.send('stop')
  const [report] = (await Promise.race([once(writers, 'message'), failed])) as [WritersReport]
  failed.catch(() => undefined)
  return report
}

async function mustBeRight(url: string): Promise<void> {
  const [row] = await onServer<{ wrong: string }>(
    url,
    `SELECT count(*) AS wrong FROM contact AS c
      LEFT JOIN (SELECT DISTINCT customerid FROM (SELECT customerid, customeridtype FROM quote
        UNION ALL SELECT customerid, customeridtype FROM salesorder
        UNION ALL SELECT customerid, customeridtype FROM invoice) AS d WHERE customeridtype = 'contact') AS a
      ON a.customerid = c.contactid
      WHERE c.msdynce_contactnumber IS NULL OR c.msdynce_isactivecustomer <> (a.customerid IS NOT NULL)`,
  )
  if (row?.wrong !== '0') throw new Error(`${row?.wrong ?? '?'} contacts are wrong`)
}

function perSecond({ millis, seconds }: WritersReport): number {
  return millis.length / seconds
}

function percentile(millis: readonly number[], share: number): number {
  const sorted = [...millis].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}
