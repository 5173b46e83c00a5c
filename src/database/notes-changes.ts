import { sql } from '../domain/sql.ts'
import type { Database } from './database.ts'

/**
 * What is noted of accounts and contacts that were written: a query for `table_name` and `row_key`,
 * a GUID as it compares. A sequence has the name of the table that it is for.
 */
export const notes = sql`SELECT table_name, row_key FROM p2c_changed_row UNION ALL SELECT sequence, row_key FROM p2c_given_number WHERE is_new = 1`

/** Whether anything is noted. */
export async function isNoted(db: Database): Promise<boolean> {
  return (await db.row(sql`SELECT 1 AS found FROM (${notes}) AS noted LIMIT 1`)) !== undefined
}

/** Whether all triggers are there, and fire, that note which accounts and contacts were written. */
export function notesChanges(db: Database): Promise<boolean> {
  const { dialect } = db
  const names = dialect.changeTracking(db).map(({ name }) => name)
  return dialect.hasTriggers(db, [...new Set([...names, ...dialect.notersOfNew])])
}
