import { createHash } from 'node:crypto'
import { sql } from '../../domain/sql.ts'
import { P2cError } from '../../errors.ts'
import type { PostgresDatabase } from './open.ts'

/** Advisory locks are kept by database and two integers: ours, and one for the schema. */
export const lockClass = 0x70326331

/** The second integer, for a schema and what is locked in it. */
export function lockKey(schema: string, purpose: 'run' | 'contacts' | 'accounts'): number {
  return createHash('sha256').update(`${purpose} ${schema}`).digest().readInt32BE(0)
}

/**
 * A session's advisory lock, on a connection of its own: it goes with the connection, and that with
 * the process. Where the connection breaks while the work goes on, the lock may be another's
 * already, so the work is stopped.
 */
export async function tryLock(db: PostgresDatabase): Promise<(() => Promise<void>) | undefined> {
  const holder = (await db.another()) as PostgresDatabase
  const key = lockKey(db.schema, 'run')
  const found = await holder.row<{ taken: boolean }>(
    sql`SELECT pg_try_advisory_lock(CAST(${lockClass} AS integer), CAST(${key} AS integer)) AS taken`,
  )
  if (!found?.taken) {
    await holder.close()
    return undefined
  }
  let released = false
  holder.client.on('error', cause => {
    if (!released) db.giveUp(lockLost(db, cause))
  })
  return async () => {
    released = true
    await holder.close()
  }
}

/** Whether somebody holds the lock; does not take it. */
export async function isLocked(db: PostgresDatabase): Promise<boolean> {
  const found = await db.row(
    sql`SELECT 1 FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted
      AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
      AND classid = CAST(CAST(${lockClass} AS bigint) AS oid) AND objid = CAST(CAST(${lockKey(db.schema, 'run') >>> 0} AS bigint) AS oid) AND objsubid = 2`,
  )
  return found !== undefined
}

function lockLost({ identity }: PostgresDatabase, cause: Error): P2cError {
  return new P2cError('LOCK_LOST', {
    what: `the lock on ${identity} went with its connection`,
    must: 'a connection that lasts as long as the work',
    found: cause.message,
    next: 'Run the same command again; it goes on where it was',
    cause,
  })
}
