import type { Database } from '../database/database.ts'
import { recorded } from '../database/run.ts'
import type { Work } from '../events.ts'
import { mustBeUpgraded } from '../migration/upgraded.ts'
import { syncTemplates, type SyncOptions, type SyncResult } from '../sync/sync.ts'
import { hasRejects } from './rejects.ts'

/**
 * Runs the projects again, after the upgrade. May be stopped at each event, or killed anywhere, and
 * called again.
 *
 * @throws P2cError UPGRADE_UNFINISHED (exit 2) before the first full sync is done
 */
export async function* sync(db: Database, options: SyncOptions): Work<SyncResult> {
  async function* before(): Work<undefined> {
    await mustBeUpgraded(db, 'there is nothing that could be synchronised again')
  }
  return yield* recorded(db, 'sync', run => syncTemplates(db, run, options), {
    before,
    outcomeOf: result => (hasRejects(result) ? 'findings' : 'done'),
  })
}
