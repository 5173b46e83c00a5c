import type { Database } from '../database/database.ts'
import { exitStatus, P2cError } from '../errors.ts'
import { appliedMigrations } from './history.ts'

/** The migration that makes the targets and fills them for the first time. */
export const firstFullSyncName = '20261101T1010_first_full_sync'

/**
 * @param what what cannot be done before
 * @throws P2cError UPGRADE_UNFINISHED (exit 2) before the first full sync is done
 */
export async function mustBeUpgraded(db: Database, what: string): Promise<void> {
  const applied = await appliedMigrations(db)
  if (applied.some(one => one.name === firstFullSyncName && one.phase === 'done')) return
  throw new P2cError('UPGRADE_UNFINISHED', {
    what,
    must: 'an upgrade that is done, its first full sync included',
    found: applied.length === 0 ? 'no applied migration' : 'an upgrade that is not finished',
    next: 'Run "p2c migrate" first',
    exit: exitStatus.usage,
  })
}
