import { empty, join, raw, sql, textOf } from '../../domain/sql.ts'
import type { Database } from '../database.ts'
import type { List, LookUp } from '../dialect.ts'
import { addToList } from '../list.ts'

/** See Dialect.workTable: there is one connection that writes. */
export const workTable = raw('TEMP TABLE')

/** See Dialect.makeList. */
export async function makeList(db: Database, list: List): Promise<number> {
  const { table, isKept, columns } = list
  const kind = isKept ? raw('TABLE') : workTable
  const typed = columns.map(({ name, type }) => sql`${name} ${type}`)
  await db.script(
    textOf(sql`CREATE ${kind} ${table} (position ${db.dialect.countingKey}, ${join(typed, ', ')})`),
  )
  return addToList(db, list)
}

/** See Dialect.makeLookUp. */
export async function makeLookUp(
  db: Database,
  { table, key, columns, from }: LookUp,
): Promise<void> {
  const all = [key, ...columns]
  const others = columns.map(({ name, type }) => sql`, ${name} ${type}`)
  await db.script(
    textOf(
      sql`CREATE ${workTable} ${table} (${key.name} ${key.type} NOT NULL PRIMARY KEY${join([...others, empty], '')}) ${db.dialect.clusteredByKey}`,
    ),
  )
  await db.change(
    sql`INSERT INTO ${table} (${join(all.map(({ name }) => name))}) SELECT ${join(all.map(({ value }) => value))} FROM ${from} ORDER BY 1 ON CONFLICT DO NOTHING`,
  )
}
