import { join, raw, sql, textOf } from '../../domain/sql.ts'
import type { Database } from '../database.ts'
import type { List } from '../dialect.ts'
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
