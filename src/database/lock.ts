import { exitStatus, P2cError } from '../errors.ts'
import { sql } from '../domain/sql.ts'
import type { Database } from './database.ts'
import { hasOwnTables } from './own-tables.ts'

/**
 * Takes the lock of this database for one run; call what it gives back to let go.
 *
 * @throws P2cError LOCKED (exit 5), at once, telling who holds it and since when
 */
export async function lock(db: Database): Promise<() => Promise<void>> {
  const release = await db.dialect.tryLock(db)
  if (release) return release
  throw new P2cError('LOCKED', {
    what: 'another run is at work on this database',
    must: 'one run at a time',
    found: await holderOf(db),
    next: 'Wait for it, or look at it with "p2c status"; the lock goes with its process',
    exit: exitStatus.locked,
  })
}

async function holderOf(db: Database): Promise<string> {
  const holder = (await hasOwnTables(db))
    ? await db.row<{
        command: string
        started_on: string
        actor: string
        host: string
        pid: number
      }>(
        sql`SELECT r.command, r.started_on, r.actor, r.host, r.pid FROM p2c_lock l JOIN p2c_run r ON r.run_id = l.run_id`,
      )
    : undefined
  if (!holder) return 'a run that has just begun'
  return `"p2c ${holder.command}" of ${holder.actor} on ${holder.host} (process ${holder.pid}), since ${holder.started_on}`
}
