import { allowHashedSets } from './hash-memory.ts'
import type { PostgresDatabase } from './open.ts'

/**
 * Sorts and joins whole tables in memory where they fit. And batches find their rows by index: with
 * the default, which is made for disks that turn, each would rather read the whole table.
 */
const wanted = `
  CASE WHEN pg_size_bytes(current_setting('work_mem')) < pg_size_bytes('64MB')
    THEN set_config('work_mem', '64MB', false) END,
  CASE WHEN pg_size_bytes(current_setting('maintenance_work_mem')) < pg_size_bytes('256MB')
    THEN set_config('maintenance_work_mem', '256MB', false) END,
  CASE WHEN CAST(current_setting('random_page_cost') AS numeric) > 1.1
    THEN set_config('random_page_cost', '1.1', false) END`

/** Settings of the session; who has set better ones already keeps them. */
export async function beginLongWork(db: PostgresDatabase): Promise<void> {
  await db.client.query(`SELECT ${wanted}`)
  await allowHashedSets(db.client, db.schema)
}
