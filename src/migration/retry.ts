import type { Database } from '../database/database.ts'
import { sql } from '../domain/sql.ts'

/**
 * Forgets which rows the database refused, and puts the migrations that had to leave them out back
 * to their backfill, which takes them up again behind all others. Call it inside a run.
 */
export async function retryRejected(db: Database): Promise<void> {
  await db.transaction(async () => {
    await db.change(
      sql`UPDATE p2c_migration SET phase = 'backfill', finished_on = NULL WHERE phase NOT LIKE 'undoing%' AND name IN (SELECT migration FROM p2c_reject)`,
    )
    await db.change(sql`DELETE FROM p2c_reject`)
  })
}
