import { join, raw, sql, textOf, type Sql } from '../../domain/sql.ts'
import type { Database } from '../database.ts'
import type { ListedColumn } from '../dialect.ts'

/** See Dialect.workTable: without a log of its changes, since nobody needs it after a crash. */
export const workTable = raw('UNLOGGED TABLE')

/**
 * See Dialect.makeList. CREATE TABLE AS, and not INSERT, since only this lets the server read and
 * sort with several processes; the key's index is made behind it, of what is sorted already.
 */
export async function makeList(
  db: Database,
  table: Sql,
  columns: readonly ListedColumn[],
  from: Sql,
  order: readonly Sql[],
): Promise<number> {
  const position = sql`row_number() OVER (ORDER BY ${join([...order])}) AS position`
  const { dialect } = db
  const values = columns.map(({ name, type, value }) => {
    const typed =
      type.sql === dialect.bytewiseText.sql
        ? dialect.bytewise(value)
        : sql`CAST(${value} AS ${type})`
    return sql`${typed} AS ${name}`
  })
  const rows = await db.change(
    sql`CREATE ${workTable} ${table} AS SELECT ${join([position, ...values])} FROM ${from}`,
  )
  await db.script(textOf(sql`ALTER TABLE ${table} ADD PRIMARY KEY (position)`))
  return rows
}
