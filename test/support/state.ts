import Driver from 'better-sqlite3'
import type { Database } from '../../src/database/database.ts'
import { identifier, sql } from '../../src/domain/sql.ts'
import { pathOf } from './live.ts'

/** Every table and its rows; what may differ between two right runs is left out. */
export type State = Readonly<Record<string, readonly string[]>>

/** Times, run ids, durations and the random part of numbers. */
const volatile = new Set(['run_id', 'execution_id', 'millis', 'pid', 'undo'])
const ignored = /^(p2c_run|p2c_lock|p2c_migration_event|p2c_batch|sqlite_.*)$/

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
      .filter(name => !ignored.test(name) && !ignore.includes(name))
    const rows = tables.map(name => {
      const content = db.prepare<[], Record<string, unknown>>(`SELECT * FROM "${name}"`).all()
      return [name, content.map(comparable).sort()] as const
    })
    return {
      schema,
      ...Object.fromEntries(rows),
      ...batchesOf(db),
      mode: [String(db.pragma('journal_mode', { simple: true }))],
    }
  } finally {
    db.close()
  }
}

/** The whole content of a database of any engine, comparable. */
export async function stateOfDatabase(db: Database): Promise<State> {
  if (db.dialect.name === 'sqlite') return stateOf(pathOf(db))
  const tables = await db.rows<{ name: string }>(
    sql`SELECT relname AS name FROM pg_catalog.pg_class WHERE relnamespace = to_regnamespace(quote_ident(${db.config.schema})) AND relkind = 'r' ORDER BY relname`,
  )
  const state: Record<string, readonly string[]> = {
    schema: (await db.dialect.dumpSchema(db)).split(/;\n\n?/).sort(),
  }
  for (const { name } of tables) {
    if (ignored.test(name)) continue
    const rows = await db.rows<Record<string, unknown>>(sql`SELECT * FROM ${identifier(name)}`)
    state[name] = rows.map(comparable).sort()
  }
  return state
}

/** Of a state, what belongs to other people: their tables, rows, indexes, triggers, views. */
export function ofOthers(all: State): State {
  const isOurs = /^(p2c|cds|finops)_|^batches$/
  const schema = all['schema']?.filter(text => !/["\s.](p2c|cds|finops)_/.test(text)) ?? []
  const tables = Object.entries(all).filter(([name]) => !isOurs.test(name))
  return { ...Object.fromEntries(tables), schema }
}

/** Batches may be cut otherwise; but each position must be done once, and none left out. */
function batchesOf(db: Driver.Database): State {
  if (!db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'p2c_batch'").get()) return {}
  const batches = db
    .prepare<
      [],
      { migration: string; direction: string; first: number; last: number; rows: number }
    >(
      'SELECT migration, direction, first_position AS first, last_position AS last, rows FROM p2c_batch ORDER BY migration, direction, first_position',
    )
    .all()
  const covered: Record<string, { next: number; rows: number }> = {}
  const faults: string[] = []
  for (const { migration, direction, first, last, rows } of batches) {
    const sum = (covered[`${migration} ${direction}`] ??= { next: 1, rows: 0 })
    if (first !== sum.next) faults.push(`${migration}: ${first} follows ${sum.next - 1}`)
    sum.next = last + 1
    sum.rows += rows
  }
  return { batches: [...Object.entries(covered).map(entry => JSON.stringify(entry)), ...faults] }
}

function comparable(row: Record<string, unknown>): string {
  const kept = Object.entries(row).filter(([name]) => !volatile.has(name) && !name.endsWith('_on'))
  return JSON.stringify(kept).replace(/\b(CON|ACC)-(\d{5,9})-[A-Z0-9]{6}\b/g, '$1-$2-*')
}
