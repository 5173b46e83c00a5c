import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/domain/sql.ts'
import { isEveryNth } from './every-nth.ts'
import { guidOf } from './sales.ts'

/**
 * What people do after an upgrade: numbers and flags of their own, which a rollback would take
 * away, and names, new contacts and deleted ones, which it has no business with.
 *
 * @param share one contact in so many gets each kind of edit
 */
export async function editAsPeopleDo(db: Database, share: number): Promise<void> {
  const every = (remainder: number) => isEveryNth(share, remainder)
  const [yes, no] = [db.dialect.flag(true), db.dialect.flag(false)]
  await db.change(
    sql`UPDATE contact SET msdynce_contactnumber = 'MY-OWN-' || CAST(contactid AS text) WHERE ${every(1)}`,
  )
  await db.change(
    sql`UPDATE contact SET msdynce_isactivecustomer = CASE WHEN msdynce_isactivecustomer = ${yes} THEN ${no} ELSE ${yes} END WHERE ${every(2)}`,
  )
  await db.change(sql`UPDATE contact SET lastname = 'Edited' WHERE ${every(3)}`)
  await db.change(sql`DELETE FROM contact WHERE ${every(4)}`)
  const count = await db.row<{ n: number }>(sql`SELECT count(*) AS n FROM contact`)
  for (let n = 0; n < Number(count?.n) / share; n++)
    await db.change(
      sql`INSERT INTO contact (contactid, lastname) VALUES (${guidOf('contact', n)}, 'New')`,
    )
}
