import Driver from 'better-sqlite3'
import type { Database } from '../../src/database/database.ts'
import { identifier, raw, sql, type Sql } from '../../src/domain/sql.ts'
import { pathOf } from './live.ts'

/** Every table and its rows; what may differ between two right runs is left out. */
export type State = Readonly<Record<string, readonly string[]>>

/** Times, run ids, durations and the random part of numbers. */
const volatile = new Set(['run_id', 'execution_id', 'millis', 'pid', 'undo'])
const ignored = /^(p2c_run|p2c_lock|p2c_migration_event|p2c_batch|sqlite_.*)$/

interface Batch {
  readonly migration: string
  readonly direction: string
  readonly first: number
  readonly last: number
  readonly rows: number
}

const batchesInOrder =
  'SELECT migration, direction, first_position AS first, last_position AS last, rows FROM p2c_batch ORDER BY migration, direction, first_position'

/** The whole content of a database, comparable. */
export function stateOf(path: string, ignore: readonly string[] = []): State {
  const db = new Driver(path)
  try {
    const schema = db
      .prepare<[], { sql: string }>(
        'SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name',
      )
      .all()
      .map(row => row.sql)
    const tables = db
      .prepare<[], { name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
      )
      .all()
      .map(row => row.name)
    const compared = tables.filter(name => !ignored.test(name) && !ignore.includes(name))
    const rows = compared.map(name => {
      const content = db.prepare<[], Record<string, unknown>>(`SELECT * FROM "${name}"`).all()
      return [name, content.map(comparable).sort()] as const
    })
    return {
      schema,
      ...Object.fromEntries(rows),
      ...batchesOf(tables.includes('p2c_batch') ? db.prepare<[], Batch>(batchesInOrder).all() : []),
      mode: [String(db.pragma('journal_mode', { simple: true }))],
    }
  } finally {
    db.close()
  }
}

/** The whole content of a database of any engine, comparable. */
export async function stateOfDatabase(
  db: Database,
  ignore: readonly string[] = [],
): Promise<State> {
  if (db.dialect.name === 'sqlite') return stateOf(pathOf(db), ignore)
  const here = sql`to_regnamespace(quote_ident(${db.config.schema}))`
  const relations = await db.rows<{ name: string; kind: string }>(
    sql`SELECT relname AS name, relkind AS kind FROM pg_catalog.pg_class WHERE relnamespace = ${here} AND relkind IN ('r', 'S') ORDER BY relname`,
  )
  const state: Record<string, readonly string[]> = {
    schema: (await db.dialect.dumpSchema(db)).split(/;\n\n?/).sort(),
    invalid: await namesIn(
      db,
      sql`SELECT x.relname AS name FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid WHERE NOT i.indisvalid AND x.relnamespace = ${here}
        UNION ALL SELECT conname FROM pg_catalog.pg_constraint WHERE NOT convalidated AND connamespace = ${here}`,
    ),
  }
  for (const { name, kind } of relations) {
    if (ignored.test(name) || ignore.includes(name)) continue
    const columns = kind === 'S' ? sql`last_value, is_called` : sql`*`
    const rows = await db.rows<Record<string, unknown>>(
      sql`SELECT ${columns} FROM ${identifier(name)}`,
    )
    state[name] = rows.map(comparable).sort()
  }
  const isUpgraded = relations.some(({ name }) => name === 'p2c_batch')
  return { ...state, ...batchesOf(isUpgraded ? await db.rows<Batch>(raw(batchesInOrder)) : []) }
}

async function namesIn(db: Database, query: Sql): Promise<string[]> {
  return (await db.rows<{ name: string }>(query)).map(({ name }) => name)
}

/** Of a state, what belongs to other people: their tables, rows, indexes, triggers, views. */
export function ofOthers(all: State): State {
  const isOurs = /^(p2c|cds|finops)_|^batches$/
  const schema = all['schema']?.filter(text => !/["\s.](p2c|cds|finops)_/.test(text)) ?? []
  const tables = Object.entries(all).filter(([name]) => !isOurs.test(name))
  return { ...Object.fromEntries(tables), schema }
}

/** What of a database belongs to other people. */
export async function stateOfOthers(db: Database): Promise<State> {
  return ofOthers(await stateOfDatabase(db))
}

/** Batches may be cut otherwise; but each position must be done once, and none left out. */
function batchesOf(batches: readonly Batch[]): State {
  const covered: Record<string, { next: number; rows: number }> = {}
  const faults: string[] = []
  for (const { migration, direction, first, last, rows } of batches) {
    const sum = (covered[`${migration} ${direction}`] ??= { next: 1, rows: 0 })
    if (Number(first) !== sum.next) faults.push(`${migration}: ${first} follows ${sum.next - 1}`)
    sum.next = Number(last) + 1
    sum.rows += Number(rows)
  }
  return { batches: [...Object.entries(covered).map(entry => JSON.stringify(entry)), ...faults] }
}

function comparable(row: Record<string, unknown>): string {
  const kept = Object.entries(row).filter(([name]) => !volatile.has(name) && !name.endsWith('_on'))
  return JSON.stringify(kept).replace(/\b(CON|ACC)-(\d{5,9})-[A-Z0-9]{6}\b/g, '$1-$2-*')
}
