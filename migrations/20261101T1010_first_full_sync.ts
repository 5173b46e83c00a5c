import { defineMigration, firstFullSync, forgetOnUndo } from '../src/index.ts'

/**
 * Accounts, then contacts, then contacts that are customers, each through both legs. Undoing
 * forgets what became of each row; the targets go with the migration before.
 */
export default defineMigration({
  schema: [forgetOnUndo('p2c_sync_record', 'p2c_sync_reject', 'p2c_sync_execution')],
  work: firstFullSync,
})
