import type { SyncResult } from '../sync/sync.ts'
import type { UpgradeResult } from './migrate.ts'

/** Whether a sync rejected anything. */
export function hasRejects({ templates }: SyncResult): boolean {
  return templates.some(({ legs }) => legs.some(leg => leg.rejected > 0))
}

/** Whether the database or the first sync refused any row of the upgrade. */
export function hasRejected({ rejected, sync }: UpgradeResult): boolean {
  return rejected > 0 || (sync !== null && hasRejects(sync))
}
