import type { Database } from '../database/database.ts'
import { noteProgress, type Run } from '../database/history.ts'
import { any, join, sql, type Sql } from '../domain/sql.ts'
import type { Work } from '../events.ts'
import { inBatches, type Range } from './batches.ts'
import type { ExtractColumn } from './extract.ts'
import type { PreparedFile } from './prepare.ts'
import { rejectTable, stagingOf } from './staging.ts'

export interface Loaded {
  inserted: number
  updated: number
  unchanged: number
}

/**
 * Brings the planned rows into their table: rows that differ are updated, rows that are new are
 * inserted, the others are not touched. Updates and inserts, and never an upsert, because triggers
 * of the upgrade and of others hang on them. What the database refuses is rejected. In a table that was made
 * for them none is looked for, until one is refused: others may have inserted it since.
 *
 * @param run null: nothing is written, only counted
 */
export async function* load(
  db: Database,
  run: Run | null,
  file: PreparedFile,
  fileAt: number,
  total: number,
): Work<Loaded> {
  const step = `load ${file.file}`
  const loaded: Loaded = { inserted: 0, updated: 0, unchanged: 0 }
  yield { type: 'step', state: 'started', step }
  let isNew = !file.tableExists
  const rowsBefore = run?.rows ?? 0
  const writeBatch = (run: Run, range: Range) =>
    db.transaction(async () => {
      const counts = await write(db, file, range, isNew)
      run.rows = rowsBefore + loaded.inserted + loaded.updated + counts.inserted + counts.updated
      await noteProgress(db, run, step, range.last, total)
      return counts
    })
  const commit = async (range: Range) => {
    const counts = run
      ? await writeBatch(run, range).catch((error: unknown) => {
          if (!isNew || db.dialect.faultOf(error) !== 'row') throw error
          isNew = false
          return writeBatch(run, range)
        })
      : await compare(db, file, range)
    loaded.inserted += counts.inserted
    loaded.updated += counts.updated
    loaded.unchanged += counts.unchanged
  }
  const refuse = async (position: number, error: unknown) => {
    const message = error instanceof Error ? error.message : String(error)
    await db.change(
      sql`INSERT INTO ${rejectTable} (file, line, field, code, message) SELECT ${fileAt}, line, '', 'DATABASE_REFUSED', ${message} FROM ${stagingOf(file).plan} WHERE position = ${position}`,
    )
  }
  yield* inBatches(db, { step, total, commit, refuse })
  const { inserted, updated, unchanged } = loaded
  const note = `${inserted} inserted, ${updated} updated, ${unchanged} unchanged`
  yield { type: 'step', state: 'finished', step, note }
  return loaded
}

/** @param isNew whether none of the rows can be there */
async function write(
  db: Database,
  file: PreparedFile,
  range: Range,
  isNew: boolean,
): Promise<Loaded> {
  const rows = range.last - range.first + 1
  const there = isNew ? 0 : await rowsThere(db, file, range)
  const differences = differencesOf(db, file)
  const updated =
    there > 0 && differences ? await db.change(update(db, file, range, differences)) : 0
  const inserted = there < rows ? await db.change(insert(db, file, range, there > 0)) : 0
  return { inserted, updated, unchanged: rows - inserted - updated }
}

async function compare(db: Database, file: PreparedFile, range: Range): Promise<Loaded> {
  const rows = range.last - range.first + 1
  const there = file.tableExists ? await rowsThere(db, file, range) : 0
  const differences = differencesOf(db, file)
  const updated =
    there > 0 && differences ? await countOf(db, different(db, file, range, differences)) : 0
  return { inserted: rows - there, updated, unchanged: there - updated }
}

function rowsThere(db: Database, file: PreparedFile, range: Range): Promise<number> {
  const { plan } = stagingOf(file)
  return countOf(db, sql`FROM ${plan} AS p WHERE ${within(range)} AND ${isThere(db, file)}`)
}

function update(db: Database, file: PreparedFile, range: Range, differences: Sql): Sql {
  const { plan, rows } = stagingOf(file)
  const assignments = valueColumns(file).map(
    column => sql`${db.names.column(column.name)} = ${newValue(db, column)}`,
  )
  return sql`UPDATE ${db.names.table(file.table.name)} AS c SET ${join(assignments, ', ')} FROM ${plan} AS p JOIN ${rows} AS s ON s.line = p.line WHERE ${within(range)} AND ${keyOf(db, file, 'c')} = p.target AND ${differences}`
}

function different(db: Database, file: PreparedFile, range: Range, differences: Sql): Sql {
  const { plan, rows } = stagingOf(file)
  return sql`FROM ${plan} AS p JOIN ${rows} AS s ON s.line = p.line JOIN ${db.names.table(file.table.name)} AS c ON ${keyOf(db, file, 'c')} = p.target WHERE ${within(range)} AND ${differences}`
}

/** @param someAreThere whether the table may have some of these rows already */
function insert(db: Database, file: PreparedFile, range: Range, someAreThere: boolean): Sql {
  const { plan, rows } = stagingOf(file)
  const columns = valueColumns(file)
  const names = [
    db.names.column(file.table.key),
    ...columns.map(({ name }) => db.names.column(name)),
  ]
  const condition = someAreThere
    ? sql`${within(range)} AND NOT ${isThere(db, file)}`
    : within(range)
  const values = [sql`p.target`, ...columns.map(({ name }) => db.names.column(name, 's'))]
  return sql`INSERT INTO ${db.names.table(file.table.name)} (${join(names, ', ')}) SELECT ${join(values, ', ')} FROM ${plan} AS p JOIN ${rows} AS s ON s.line = p.line WHERE ${condition} ORDER BY p.position`
}

/** Whether a row of the table has other values; undefined where the file has nothing but keys. */
function differencesOf(db: Database, file: PreparedFile): Sql | undefined {
  const columns = valueColumns(file)
  return columns.length === 0 ? undefined : any(columns.map(column => differs(db, column)))
}

/** GUIDs and types of customers compare by what they mean, however the table writes them. */
function differs(db: Database, column: ExtractColumn): Sql {
  const mine = db.names.column(column.name, 's')
  const theirs = db.names.column(column.name, 'c')
  const { rules } = db
  switch (column.type.kind) {
    case 'guid':
      return sql`${rules.guid(theirs)} IS DISTINCT FROM ${rules.guid(mine)}`
    case 'customertype':
      return sql`${rules.customerType(theirs)} IS DISTINCT FROM ${rules.customerType(mine)}`
    default:
      return column.isKept
        ? sql`(${mine} IS NOT NULL AND ${theirs} IS DISTINCT FROM ${mine})`
        : sql`${theirs} IS DISTINCT FROM ${mine}`
  }
}

function newValue(db: Database, column: ExtractColumn): Sql {
  const mine = db.names.column(column.name, 's')
  return column.isKept ? sql`coalesce(${mine}, ${db.names.column(column.name, 'c')})` : mine
}

function valueColumns(file: PreparedFile): ExtractColumn[] {
  return file.columns.map(({ column }) => column).filter(({ name }) => name !== file.table.key)
}

function isThere(db: Database, file: PreparedFile): Sql {
  return sql`EXISTS (SELECT 1 FROM ${db.names.table(file.table.name)} AS c WHERE ${keyOf(db, file, 'c')} = p.target)`
}

function keyOf(db: Database, file: PreparedFile, alias: string): Sql {
  return db.names.column(file.table.key, alias)
}

function within({ first, last }: Range): Sql {
  return sql`p.position BETWEEN ${first} AND ${last}`
}

async function countOf(db: Database, from: Sql): Promise<number> {
  return Number((await db.row<{ n: number }>(sql`SELECT count(*) AS n ${from}`))?.n ?? 0)
}
