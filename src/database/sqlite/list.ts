import { empty, identifier, join, sql, textOf, type Sql } from '../../domain/sql.ts'
import type { List, LookUp } from '../dialect.ts'
import { addToList } from '../list.ts'
import type { SqliteDatabase } from './open.ts'

/** See Dialect.workTable: there is one connection that writes, or else one that makes them aside. */
export function workTable({ workSchema }: SqliteDatabase, name: Sql): Sql {
  return sql`TABLE ${identifier(workSchema)}.${name}`
}

/** See Dialect.makeList. */
export async function makeList(db: SqliteDatabase, list: List): Promise<number> {
  const { table, isKept, columns } = list
  const made = isKept ? sql`TABLE ${table}` : workTable(db, table)
  const typed = columns.map(({ name, type }) => sql`${name} ${type}`)
  await db.script(
    textOf(sql`CREATE ${made} (position ${db.dialect.countingKey}, ${join(typed, ', ')})`),
  )
  return addToList(db, list)
}

/** See Dialect.makeLookUp. */
export async function makeLookUp(
  db: SqliteDatabase,
  { table, key, columns, from }: LookUp,
): Promise<void> {
  const all = [key, ...columns]
  const others = columns.map(({ name, type }) => sql`, ${name} ${type}`)
  await db.script(
    textOf(
      sql`CREATE ${workTable(db, table)} (${key.name} ${key.type} NOT NULL PRIMARY KEY${join([...others, empty], '')}) ${db.dialect.clusteredByKey}`,
    ),
  )
  await db.change(
    sql`INSERT INTO ${table} (${join(all.map(({ name }) => name))}) SELECT ${join(all.map(({ value }) => value))} FROM ${from} ORDER BY 1 ON CONFLICT DO NOTHING`,
  )
}
