import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/domain/sql.ts'

/**
 * What people do after an upgrade: numbers and flags of their own, which a rollback would take
 * away, and names, new contacts and deleted ones, which it has no business with.
 *
 * @param share one contact in so many gets each kind of edit
 */
export async function editAsPeopleDo(db: Database, share: number): Promise<void> {
  const every = (offset: number) => sql`rowid % ${share} = ${offset}`
  await db.change(
    sql`UPDATE contact SET msdynce_contactnumber = 'MY-OWN-' || rowid WHERE ${every(1)}`,
  )
  await db.change(
    sql`UPDATE contact SET msdynce_isactivecustomer = 1 - msdynce_isactivecustomer WHERE ${every(2)}`,
  )
  await db.change(sql`UPDATE contact SET lastname = 'Edited' WHERE ${every(3)}`)
  await db.change(sql`DELETE FROM contact WHERE ${every(4)}`)
  await db.change(
    sql`INSERT INTO contact (contactid, lastname) SELECT 'new-' || rowid, 'New' FROM contact WHERE ${every(5)}`,
  )
}
