import type { Database } from '../database/database.ts'
import type { Run } from '../database/history.ts'
import type { Work } from '../events.ts'
import { makeObjects, type SchemaChange } from '../migration/schema-change.ts'
import { syncTemplates, type SyncResult } from '../sync/sync.ts'
import * as targets from '../sync/targets.ts'

/** Makes the target tables of the sync. */
export function targetTables(): SchemaChange {
  return makeObjects('make the tables of CDS and of Finance and Operations', targets.targetTables)
}

/** Writes down which contacts and accounts are written from here on, for the sync of what changed. */
export function changeTracking(): SchemaChange {
  return makeObjects('note changed contacts and accounts by triggers', db =>
    db.dialect.changeTracking(db),
  )
}

/** Runs every project with all data, once: a run that goes on after its end does not do it again. */
export function firstFullSync(db: Database, run: Run, workers: number): Work<SyncResult> {
  return syncTemplates(db, run, { mode: 'full', once: true, workers })
}
