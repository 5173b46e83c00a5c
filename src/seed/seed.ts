import { columnOf } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import { noteProgress, type Run } from '../database/history.ts'
import { hasOwnTables } from '../database/own-tables.ts'
import { recorded } from '../database/run.ts'
import { createSalesTable } from '../database/sales-tables.ts'
import type { SalesTableName } from '../domain/sales.ts'
import { join, sql, Sql } from '../domain/sql.ts'
import { exitStatus, P2cError } from '../errors.ts'
import type { Work } from '../events.ts'
import { completeOptions, type SeedOptions } from './options.ts'
import { sampleTables, type SampleTable, type Value } from './sample.ts'

export interface SeedResult {
  readonly tables: readonly { readonly table: SalesTableName; readonly rows: number }[]
}

/** How far an interrupted seed got: the table and the row to go on with. */
interface Place {
  readonly table: number
  readonly row: number
}

const rowsPerCommit = 10_000
const rowsPerStatement = 100
const setting = 'seed'

/**
 * Fills the Sales tables with sample data as it is before the upgrade, making those that are
 * missing. What was interrupted goes on where it stopped, given the same options.
 *
 * @throws P2cError SEED_INVALID; TABLES_NOT_EMPTY where a Sales table holds rows; COLUMN_MISSING
 * (each exit 2, nothing touched)
 */
export async function* seed(db: Database, options: SeedOptions = {}): Work<SeedResult> {
  const complete = completeOptions(options)
  const tables = sampleTables(db.config, complete)
  const samples = JSON.stringify(complete)
  let place: Place | undefined
  return yield* recorded(db, 'seed', run => fill(db, run, tables, samples, place), {
    before: async function* () {
      place = await interruptedAt(db, samples)
      if (place === undefined) for (const table of tables) await refuseUnlessEmpty(db, table)
    },
  })
}

async function* fill(
  db: Database,
  run: Run,
  tables: readonly SampleTable[],
  samples: string,
  place?: Place,
): Work<SeedResult> {
  if (place === undefined) await begin(db, tables, samples)
  const first = place ?? { table: 0, row: 0 }
  for (const [number, table] of tables.entries()) {
    if (number < first.table) continue
    const step = table.table.name
    yield { type: 'step', state: 'started', step }
    for (let row = number === first.table ? first.row : 0; row < table.rows;) {
      const end = Math.min(row + rowsPerCommit, table.rows)
      const from = row
      await db.transaction(async () => {
        await insert(db, table, from, end)
        await remember(db, samples, { table: number, row: end })
        run.rows += end - from
        await noteProgress(db, run, step, end, table.rows)
      })
      row = end
      yield { type: 'progress', step, done: end, total: table.rows, slowed: null }
    }
    yield { type: 'step', state: 'finished', step }
  }
  await db.change(sql`DELETE FROM p2c_setting WHERE name = ${setting}`)
  return { tables: tables.map(({ table, rows }) => ({ table: table.name, rows })) }
}

/** Makes the tables and remembers that they are to be filled, both or neither. */
async function begin(db: Database, tables: readonly SampleTable[], samples: string): Promise<void> {
  await db.transaction(async () => {
    for (const { table, columns } of tables) {
      const found = await db.dialect.describeTable(db, db.names.tableName(table.name))
      if (!found) await db.script(createSalesTable(db, table, columns))
    }
    await remember(db, samples, { table: 0, row: 0 })
  })
}

async function insert(db: Database, sample: SampleTable, from: number, end: number): Promise<void> {
  const full = insertTexts(db, sample, rowsPerStatement)
  for (let first = from; first < end; first += rowsPerStatement) {
    const count = Math.min(rowsPerStatement, end - first)
    const values: Value[] = []
    for (let i = 0; i < count; i++) values.push(...sample.row(first + i))
    const texts = count === rowsPerStatement ? full : insertTexts(db, sample, count)
    await db.change(new Sql(texts, values))
  }
}

/** The text of an INSERT of so many rows, between its values. Made whole: nesting copies each value. */
function insertTexts(db: Database, { table, columns }: SampleTable, rows: number): string[] {
  const names = join(columns.map(({ name }) => db.names.column(name)))
  const row = Array<string>(columns.length - 1).fill(',')
  const rest = Array.from({ length: rows - 1 }, () => ['), (', ...row]).flat()
  return [
    sql`INSERT INTO ${db.names.table(table.name)} (${names}) VALUES (`.sql,
    ...row,
    ...rest,
    ')',
  ]
}

async function remember(db: Database, samples: string, place: Place): Promise<void> {
  const value = JSON.stringify({ samples, place })
  await db.change(
    sql`INSERT INTO p2c_setting (name, value) VALUES (${setting}, ${value}) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
  )
}

async function interruptedAt(db: Database, samples: string): Promise<Place | undefined> {
  if (!(await hasOwnTables(db))) return undefined
  const kept = await db.row<{ value: string }>(
    sql`SELECT value FROM p2c_setting WHERE name = ${setting}`,
  )
  if (!kept) return undefined
  const earlier = JSON.parse(kept.value) as { samples: string; place: Place }
  return earlier.samples === samples ? earlier.place : undefined
}

async function refuseUnlessEmpty(db: Database, { table, columns }: SampleTable): Promise<void> {
  const name = db.names.tableName(table.name)
  const found = await db.dialect.describeTable(db, name)
  if (!found) return
  const missing = columns.find(column => !columnOf(db, found, column.name))
  if (missing)
    throw new P2cError('COLUMN_MISSING', {
      what: `the table ${name} has no column "${db.names.columnName(missing.name)}"`,
      must: 'the columns that sample data has, or no table at all',
      next: 'Name a new database with --database',
      exit: exitStatus.usage,
    })
  if (await db.row(sql`SELECT 1 AS found FROM ${db.names.table(table.name)} LIMIT 1`))
    throw new P2cError('TABLES_NOT_EMPTY', {
      what: `sample data cannot be put into ${db.identity}`,
      must: 'Sales tables that are empty or missing, so that nothing real is mixed with samples',
      found: `rows in ${name}`,
      next: 'Name a new database with --database, or write an extract with --out DIR',
      exit: exitStatus.usage,
    })
}
