import { join, sql } from '../domain/sql.ts'
import type { Database } from './database.ts'
import type { List } from './dialect.ts'

/** Adds the rows of the query to a list that is there, behind those that it has; says how many. */
export function addToList(
  db: Database,
  { table, columns, from, order }: Omit<List, 'isKept'>,
): Promise<number> {
  const names = columns.map(({ name }) => name)
  const values = columns.map(({ value }) => value)
  return db.change(
    sql`INSERT INTO ${table} (${join(names)}) SELECT ${join(values)} FROM ${from} ORDER BY ${join([...order])}`,
  )
}
