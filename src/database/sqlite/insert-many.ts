import { join, raw, sql, type Sql } from '../../domain/sql.ts'
import type { BoundRow } from '../dialect.ts'
import { explain } from './faults.ts'
import type { SqliteDatabase } from './open.ts'

/** In the same process a statement costs a microsecond: one, prepared once, and run for each row. */
export async function insertMany(
  db: SqliteDatabase,
  table: Sql,
  columns: readonly Sql[],
  rows: readonly BoundRow[],
): Promise<void> {
  if (rows.length === 0) return
  const places = join(
    columns.map(() => raw('?')),
    ', ',
  )
  const insert = db.handle.prepare(
    sql`INSERT INTO ${table} (${join([...columns], ', ')}) VALUES (${places})`.sql,
  )
  // eslint-disable-next-line @typescript-eslint/require-await -- the driver is synchronous
  await db.transaction(async () => {
    try {
      for (const row of rows) insert.run(row.map(bindable))
    } catch (error) {
      throw explain(error, db.path)
    }
  })
}

function bindable(value: BoundRow[number]): string | number | null {
  return typeof value === 'boolean' ? Number(value) : value
}
