import { contacts as contactsFile } from '../../src/audit/files/contacts.ts'
import { loadConfig } from '../../src/config.ts'
import { connect } from '../../src/database/connect.ts'
import { sql, textOf } from '../../src/domain/sql.ts'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { contactsExtract } from './extract.ts'
import { measure, type Program, type Usage } from './measure.ts'
import { p2c, p2cFromSource } from './rivals.ts'

/** One command beside what it is compared with. */
export interface Comparison {
  readonly what: string
  readonly usage: Timed
  readonly against: string
  readonly yardstick: Timed
}

/** Where a part of a program was timed, nothing but the wall time is known, and the peak of the whole. */
export type Timed = Pick<Usage, 'wallSeconds'> & Partial<Usage>

/** Where commands are measured: databases of an engine, and its shell. */
export interface Ground {
  /** The address of the database that p2c upgrades. */
  readonly database: string
  /** A folder for what is written. */
  readonly cwd: string
  measure(program: Program): Promise<Usage>
  /** Wall time of the first full sync of the database, which its executions tell. */
  firstSyncSeconds(): Promise<number>
  readonly shell: Shell
}

/** The engine's own shell, which is as fast as can be with a CSV file. */
export interface Shell {
  readonly name: 'sqlite3' | 'psql'
  /** What reads, and what writes, a CSV file with it, in its own words. */
  readonly importer: string
  readonly exporter: string
  /** Writes what a query finds in the upgraded database into a CSV file. */
  exporting(query: string, csv: string): Program
  /** The address of a database that is not there yet, or empty. */
  emptyDatabase(): Promise<string>
  /** Reads a CSV file with a head into an empty table of contacts, which is there when it is measured. */
  importing(csv: string): Promise<Program>
}

/** Whether the shell of an engine is installed, which two comparisons need. */
export function isInstalled({ name }: Shell): boolean {
  return spawnSync(name, ['--version']).status === 0
}

/**
 * What can be measured on a database that p2c has just upgraded, which is at its start again
 * afterwards.
 *
 * @param migrate what the upgrade took
 */
export async function compareOnUpgraded(ground: Ground, migrate: Usage): Promise<Comparison[]> {
  const { database, cwd } = ground
  const first = 'the first full sync, inside migrate'
  const firstSync = { wallSeconds: await ground.firstSyncSeconds() }
  const again = await ground.measure(p2c(cwd, database, ['sync', '--quiet']))
  const all = await ground.measure(p2c(cwd, database, ['sync', '--full', '--quiet']))
  const audit = isInstalled(ground.shell) ? [await compareAudit(ground)] : []
  const rollback = await ground.measure(
    p2c(cwd, database, ['rollback', '--to', 'start', '--yes', '--quiet']),
  )
  return [
    { what: 'sync, nothing changed', usage: again, against: first, yardstick: firstSync },
    { what: 'sync --full, nothing changed', usage: all, against: first, yardstick: firstSync },
    ...audit,
    { what: 'rollback --to start', usage: rollback, against: 'migrate', yardstick: migrate },
  ]
}

/**
 * The contacts of a database as a Sales extract, imported.
 *
 * @param data the SQLite file that has them
 */
export async function compareImport(ground: Ground, data: string): Promise<Comparison[]> {
  const { shell, cwd } = ground
  if (!isInstalled(shell)) return []
  const csv = await contactsExtract(data)
  const empty = await shell.emptyDatabase()
  const usage = await ground.measure(
    p2c(cwd, empty, ['import', '--from', dirname(csv), '--create', '--quiet']),
  )
  const yardstick = await ground.measure(await shell.importing(csv))
  return [{ what: 'import of contacts.csv', usage, against: shell.importer, yardstick }]
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

/** Of the audit only contacts.csv is compared; the events tell when it was begun and finished. */
async function compareAudit(ground: Ground): Promise<Comparison> {
  const { database, cwd, shell } = ground
  const events = join(cwd, 'audit.ndjson')
  const program = p2c(cwd, database, ['audit', 'export', '--out', join(cwd, 'audit'), '--json'])
  const { peakMegabytes } = await ground.measure({ ...program, stdout: events })
  const query = await contactsQuery(database)
  const yardstick = await ground.measure(shell.exporting(query, join(cwd, 'contacts.csv')))
  return {
    what: 'audit export, contacts.csv',
    usage: { wallSeconds: stepSeconds(events, 'contacts.csv'), peakMegabytes },
    against: `${shell.exporter}, same query`,
    yardstick,
  }
}

async function contactsQuery(database: string): Promise<string> {
  const config = loadConfig({ file: false, options: { database } })
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
