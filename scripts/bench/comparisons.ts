import { contacts as contactsFile } from '../../src/audit/files/contacts.ts'
import { loadConfig } from '../../src/config.ts'
import { connect } from '../../src/database/connect.ts'
import { sql, textOf } from '../../src/domain/sql.ts'
import Driver from 'better-sqlite3'
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createTableText } from './data.ts'
import { contactsExtract } from './extract.ts'
import { measure, type Usage } from './measure.ts'
import { p2c, p2cFromSource } from './rivals.ts'

/** One command beside what it is compared with. */
export interface Comparison {
  readonly what: string
  readonly usage: Timed
  readonly against: string
  readonly yardstick: Timed
}

/** Where a part of a program was timed, nothing but the wall time is known. */
export type Timed = Pick<Usage, 'wallSeconds'> & Partial<Usage>

/** Whether the shell of SQLite is installed, which two comparisons need. */
export const hasSqliteShell = spawnSync('sqlite3', ['--version']).status === 0

/**
 * What can be measured on a database that p2c has just upgraded, which is at its start again
 * afterwards.
 *
 * @param migrate what the upgrade took
 */
export async function compareOnUpgraded(
  file: string,
  cwd: string,
  migrate: Usage,
): Promise<Comparison[]> {
  const first = 'the first full sync, inside migrate'
  const firstSync = { wallSeconds: firstSyncSeconds(file) }
  const again = await measure(p2c(cwd, `sqlite:${file}`, ['sync', '--quiet']))
  const all = await measure(p2c(cwd, `sqlite:${file}`, ['sync', '--full', '--quiet']))
  const audit = hasSqliteShell ? [await compareAudit(file, cwd)] : []
  const rollback = await measure(
    p2c(cwd, `sqlite:${file}`, ['rollback', '--to', 'start', '--yes', '--quiet']),
  )
  return [
    { what: 'sync, nothing changed', usage: again, against: first, yardstick: firstSync },
    { what: 'sync --full, nothing changed', usage: all, against: first, yardstick: firstSync },
    ...audit,
    { what: 'rollback --to start', usage: rollback, against: 'migrate', yardstick: migrate },
  ]
}

/** The contacts of a database as a Sales extract, imported. */
export async function compareImport(data: string, cwd: string): Promise<Comparison[]> {
  if (!hasSqliteShell) return []
  const csv = await contactsExtract(data)
  const imported = join(cwd, 'imported.sqlite')
  const usage = await measure(
    p2c(cwd, `sqlite:${imported}`, ['import', '--from', dirname(csv), '--create', '--quiet']),
  )
  const plain = join(cwd, 'plain.sqlite')
  const db = new Driver(plain)
  db.exec(createTableText('contact'))
  db.close()
  const yardstick = await measure({
    command: 'sqlite3',
    args: [plain, `.import --csv --skip 1 ${csv} contact`],
    cwd,
  })
  for (const made of [imported, plain]) rmSync(made)
  return [{ what: 'import of contacts.csv', usage, against: 'sqlite3 .import', yardstick }]
}

/** How long a command takes that has next to nothing to do, also from source. */
export async function compareStart(upgraded: string, cwd: string): Promise<Comparison[]> {
  const yardstick = await measure({ command: process.execPath, args: ['-e', '0'], cwd })
  const status = ['status', '--quiet']
  const commands = [
    { what: '--help', program: p2c(cwd, upgraded, ['--help']) },
    { what: '--help, from source', program: p2cFromSource(cwd, upgraded, ['--help']) },
    { what: 'status, small database', program: p2c(cwd, upgraded, status) },
    { what: 'status, small database, from source', program: p2cFromSource(cwd, upgraded, status) },
  ]
  const comparisons: Comparison[] = []
  for (const { what, program } of commands)
    comparisons.push({
      what,
      usage: await measure(program),
      against: 'node -e 0',
      yardstick,
    })
  return comparisons
}

function firstSyncSeconds(file: string): number {
  const db = new Driver(file, { readonly: true })
  try {
    return db
      .prepare(
        'SELECT (max(julianday(finished_on)) - min(julianday(started_on))) * 86400 FROM p2c_sync_execution',
      )
      .pluck()
      .get() as number
  } finally {
    db.close()
  }
}

/** Of the audit only contacts.csv is compared; the events tell when it was begun and finished. */
async function compareAudit(file: string, cwd: string): Promise<Comparison> {
  const events = join(cwd, 'audit.ndjson')
  const program = p2c(cwd, `sqlite:${file}`, [
    'audit',
    'export',
    '--out',
    join(cwd, 'audit'),
    '--json',
  ])
  await measure({ ...program, stdout: events })
  const query = await contactsQuery(file)
  const yardstick = await measure({
    command: 'sqlite3',
    args: ['-readonly', '-csv', file, query],
    cwd,
    stdout: join(cwd, 'contacts.csv'),
  })
  return {
    what: 'audit export, contacts.csv',
    usage: { wallSeconds: stepSeconds(events, 'contacts.csv') },
    against: 'sqlite3 -csv, same query',
    yardstick,
  }
}

async function contactsQuery(file: string): Promise<string> {
  const config = loadConfig({ file: false, options: { database: `sqlite:${file}` } })
  const db = await connect(config, { mode: 'read' })
  try {
    const [part] = await contactsFile.parts(db)
    if (!part) throw new TypeError('the audit has no query for contacts')
    return textOf(sql`SELECT * FROM (${part.rows}) AS contacts ORDER BY contactid`)
  } finally {
    await db.close()
  }
}

function stepSeconds(file: string, step: string): number {
  const events = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { type: string; step?: string; state?: string; at: string })
  const at = (state: string) =>
    events.find(event => event.type === 'step' && event.step === step && event.state === state)?.at
  return (Date.parse(at('finished') ?? '') - Date.parse(at('started') ?? '')) / 1000
}
