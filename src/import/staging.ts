import { statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { amount } from '../amount.ts'
import type { Database } from '../database/database.ts'
import type { BoundRow } from '../database/dialect.ts'
import { identifier, join, raw, sql, type Sql } from '../domain/sql.ts'
import type { Work } from '../events.ts'
import type { PreparedFile } from './prepare.ts'
import { readBeside } from './read-beside.ts'
import { readRows } from './read-rows.ts'

const chunkRows = 1_000

/** What a thread takes to start is worth it from some ten thousand rows on. */
const worthAThread = 8 * 1024 * 1024

/**
 * The temporary tables of an import. They are the connection's own, and go with it.
 *
 * - rows: what could be read, by line, in columns of the same types as the table's own
 * - plan: for each key the last of its rows, in the order of loading, with the key as it is stored
 * - stored: keys of the table that are not written as the extract's are
 * - gone: keys that the extract does not have
 */
export interface Staging {
  readonly rows: Sql
  readonly plan: Sql
  readonly stored: Sql
  readonly gone: Sql
}

/** What was rejected, in all files, in the order of files and lines. */
export const rejectTable = identifier('p2c_import_reject')

const rejectColumns = ['file', 'line', 'field', 'code', 'message', 'record'].map(identifier)

export function stagingOf(file: PreparedFile): Staging {
  const name = (part: string) => identifier(`p2c_import_${file.table.file}_${part}`)
  return { rows: name('rows'), plan: name('plan'), stored: name('stored'), gone: name('gone') }
}

/** Makes the tables anew. */
export async function makeStaging(db: Database, files: readonly PreparedFile[]): Promise<void> {
  await dropStaging(db, files)
  const text = db.dialect.columnType({ kind: 'text', maxLength: 0 })
  const statements = files.flatMap(file => {
    const { rows, plan, stored, gone } = stagingOf(file)
    const columns = file.columns.map(
      ({ column, sqlType }) => sql`${db.names.column(column.name)} ${raw(sqlType)}`,
    )
    const keyType = raw(file.columns[file.keyAt]?.sqlType ?? text)
    const position = sql`position ${db.dialect.countingKey}`
    return [
      sql`CREATE TEMP TABLE ${rows} (line integer PRIMARY KEY, ${join(columns, ', ')})`,
      sql`CREATE TEMP TABLE ${plan} (${position}, target ${keyType}, line integer)`,
      sql`CREATE TEMP TABLE ${stored} (guid text PRIMARY KEY, target ${keyType})`,
      sql`CREATE TEMP TABLE ${gone} (${position}, target ${keyType})`,
    ]
  })
  const rejects = sql`CREATE TEMP TABLE ${rejectTable} (file integer, line integer, field text, code text, message text, record text)`
  await db.script([...statements, rejects].map(statement => statement.sql).join(';\n'))
}

export async function dropStaging(db: Database, files: readonly PreparedFile[]): Promise<void> {
  const tables = [...files.flatMap(file => Object.values(stagingOf(file)) as Sql[]), rejectTable]
  await db.script(tables.map(table => `DROP TABLE IF EXISTS ${table.sql}`).join(';\n'))
}

/**
 * Reads a file, validates it, and brings it into its staging table; what cannot be taken goes to
 * the rejects with its first problem. Says how many rows the file has.
 *
 * @param besideFrom from how many bytes on it is read in a thread of its own
 */
export async function* stage(
  db: Database,
  file: PreparedFile,
  fileAt: number,
  besideFrom = worthAThread,
): Work<number> {
  const step = `read ${file.file}`
  yield { type: 'step', state: 'started', step }
  const columns = [raw('line'), ...file.columns.map(({ column }) => db.names.column(column.name))]
  const { rows: table } = stagingOf(file)
  let done = 0
  let rows: BoundRow[] = []
  let rejects: BoundRow[] = []
  let written = Promise.resolve()
  // The next rows are read while the database takes these.
  const flush = async () => {
    const taken = { rows, rejects }
    const before = written
    written = before.then(async () => {
      await db.dialect.insertMany(db, table, columns, taken.rows)
      await db.dialect.insertMany(db, rejectTable, rejectColumns, taken.rejects)
    })
    written.catch(() => undefined)
    done += rows.length + rejects.length
    rows = []
    rejects = []
    await before
  }
  try {
    for await (const read of readerOf(file, besideFrom)(file.reading)) {
      rows.push(...read.rows)
      rejects.push(...read.rejects.map(reject => [fileAt, ...reject]))
      if (rows.length + rejects.length < chunkRows) continue
      await flush()
      yield { type: 'progress', step, done, total: null, slowed: null }
    }
    await flush()
  } finally {
    await written
  }
  yield { type: 'step', state: 'finished', step, note: amount(done, 'row') }
  return done
}

function readerOf({ reading }: PreparedFile, besideFrom: number): typeof readRows {
  const isWorthIt = availableParallelism() > 1 && bytesIn(reading.path) >= besideFrom
  return isWorthIt ? readBeside : readRows
}

/** None where it is gone meanwhile: whoever reads it tells. */
function bytesIn(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

/**
 * Fixes the order of loading: what suits the engine, by key or as the file has it. Of
 * rows with the same key the last stays, the others are rejected. A row that the table has under
 * another writing of its GUID keeps the key that it has. Says how many rows the plan has.
 */
export async function planLoad(db: Database, file: PreparedFile, fileAt: number): Promise<number> {
  const { rows, plan, stored } = stagingOf(file)
  const key = db.names.column(file.table.key)
  const table = db.names.table(file.table.name)
  if (file.tableExists) {
    await db.change(
      sql`INSERT INTO ${stored} (guid, target) SELECT ${db.rules.guid(key)}, ${key} FROM ${table} WHERE ${db.rules.isAnotherSpelling(key)} ORDER BY 2 ON CONFLICT (guid) DO NOTHING`,
    )
  }
  const asItIs = file.tableExists
    ? sql`(CASE WHEN s.target IS NULL OR EXISTS (SELECT 1 FROM ${table} AS t WHERE ${db.names.column(file.table.key, 't')} = k.target) THEN k.target ELSE s.target END)`
    : sql`k.target`
  const order = db.dialect.habits.insertsByKey ? raw('k.target') : raw('k.line')
  const lastOfKey = sql`SELECT ${key} AS target, max(line) AS line FROM ${rows} GROUP BY ${key}`
  await db.change(
    sql`INSERT INTO ${plan} (target, line) SELECT ${asItIs}, k.line FROM (${lastOfKey}) AS k LEFT JOIN ${stored} AS s ON s.guid = ${db.rules.keyText(raw('k.target'))} ORDER BY ${order}`,
  )
  await db.dialect.renewStatistics(db, rows, [raw('line')])
  await db.dialect.renewStatistics(db, plan)
  await db.dialect.renewStatistics(db, stored)
  const planned = await countOf(db, plan)
  if (planned < (await countOf(db, rows))) await rejectDuplicates(db, file, fileAt)
  return planned
}

async function rejectDuplicates(db: Database, file: PreparedFile, fileAt: number): Promise<void> {
  const { rows } = stagingOf(file)
  const key = db.names.column(file.table.key)
  const header = file.columns[file.keyAt]?.header ?? ''
  await db.change(
    sql`INSERT INTO ${rejectTable} (${join(rejectColumns.slice(0, 5), ', ')})
      SELECT ${fileAt}, r.line, ${header}, 'KEY_DUPLICATE', 'the same key stands again in line ' || k.line || ', which was taken'
      FROM (SELECT ${key} AS target, max(line) AS line FROM ${rows} GROUP BY ${key} HAVING count(*) > 1) AS k
      JOIN ${rows} AS r ON ${db.names.column(file.table.key, 'r')} = k.target AND r.line < k.line`,
  )
}

async function countOf(db: Database, table: Sql): Promise<number> {
  return Number((await db.row<{ n: number }>(sql`SELECT count(*) AS n FROM ${table}`))?.n ?? 0)
}
