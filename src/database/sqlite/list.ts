import { join, raw, sql, textOf } from '../../domain/sql.ts'
import type { Database } from '../database.ts'
import type { List } from '../dialect.ts'

/** See Dialect.workTable: there is one connection that writes. */
export const workTable = raw('TEMP TABLE')

/** See Dialect.makeList. */
export async function makeList(
  db: Database,
  { table, isKept, columns, from, order }: List,
): Promise<number> {
  const kind = isKept ? raw('TABLE') : workTable
  const typed = columns.map(({ name, type }) => sql`${name} ${type}`)
  await db.script(
    textOf(sql`CREATE ${kind} ${table} (position ${db.dialect.countingKey}, ${join(typed, ', ')})`),
  )
  const names = columns.map(({ name }) => name)
  const values = columns.map(({ value }) => value)
  return db.change(
    sql`INSERT INTO ${table} (${join(names)}) SELECT ${join(values)} FROM ${from} ORDER BY ${join([...order])}`,
  )
}
