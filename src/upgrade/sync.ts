import type { Database } from '../database/database.ts'
import { recorded } from '../database/run.ts'
import { exitStatus, P2cError } from '../errors.ts'
import type { Work } from '../events.ts'
import { appliedMigrations } from '../migration/history.ts'
import { syncTemplates, type SyncOptions, type SyncResult } from '../sync/sync.ts'
import { hasRejects } from './rejects.ts'

/** The migration that makes the targets and fills them for the first time. */
export const firstFullSyncName = '20261101T1010_first_full_sync'

/**
 * Runs the projects again, after the upgrade. May be stopped at each event, or killed anywhere, and
 * called again.
 *
 * @throws P2cError UPGRADE_UNFINISHED (exit 2) before the first full sync is done
 */
export async function* sync(db: Database, options: SyncOptions): Work<SyncResult> {
  async function* before(): Work<undefined> {
    const applied = await appliedMigrations(db)
    if (applied.some(one => one.name === firstFullSyncName && one.phase === 'done')) return
    throw new P2cError('UPGRADE_UNFINISHED', {
      what: 'there is nothing that could be synchronised again',
      must: 'an upgrade that is done, its first full sync included',
      found: applied.length === 0 ? 'no applied migration' : 'an upgrade that is not finished',
      next: 'Run "p2c migrate" first',
      exit: exitStatus.usage,
    })
  }
  return yield* recorded(db, 'sync', run => syncTemplates(db, run, options), {
    before,
    outcomeOf: result => (hasRejects(result) ? 'findings' : 'done'),
  })
}
