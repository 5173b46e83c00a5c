import type { Database } from '../../src/database/database.ts'
import { identifier, sql } from '../../src/domain/sql.ts'
import { stateOf, type State } from './kill.ts'
import { pathOf } from './live.ts'

/** Everything that a database holds, its schema included, comparable; on any engine. */
export async function stateOfDatabase(db: Database): Promise<State> {
  if (db.dialect.name === 'sqlite') return stateOf(pathOf(db))
  const tables = await db.rows<{ name: string }>(
    sql`SELECT relname AS name FROM pg_catalog.pg_class WHERE relnamespace = to_regnamespace(quote_ident(${db.config.schema})) AND relkind = 'r' ORDER BY relname`,
  )
  const state: Record<string, readonly string[]> = {
    schema: (await db.dialect.dumpSchema(db)).split(/;\n\n?/).sort(),
  }
  for (const { name } of tables) {
    const rows = await db.rows(sql`SELECT * FROM ${identifier(name)}`)
    state[name] = rows.map(row => JSON.stringify(row)).sort()
  }
  return state
}

/** Of these, what belongs to other people: tables, their rows, indexes, triggers, views. */
export async function othersState(db: Database): Promise<State> {
  const all = await stateOfDatabase(db)
  const isOurs = /^(p2c|cds|finops)_|^batches$/
  const schema = all['schema']?.filter(text => !/["\s.](p2c|cds|finops)_/.test(text)) ?? []
  const tables = Object.entries(all).filter(([name]) => !isOurs.test(name))
  return { ...Object.fromEntries(tables), schema }
}
