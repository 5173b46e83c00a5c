/** What other programs, and the migrations, may import. */

export type { Config, ConfigSources } from './config.ts'
export { loadConfig } from './load-config.ts'
export { connect, type ConnectOptions } from './database/connect.ts'
export type { Database, Query, Row } from './database/database.ts'
export { exitStatus, P2cError, type ExitStatus } from './errors.ts'
export { finish, type RunEvent, type Work } from './events.ts'
export type { Violation } from './invariant.ts'

export { defineMigration, type Migration, type NamedMigration } from './migration/migration.ts'
export {
  addColumn,
  forgetOnUndo,
  liveNumbersAndFlags,
  makeObjects,
  numberSequence,
  uniqueNumber,
  type SchemaChange,
} from './migration/schema-change.ts'
export { activityOf, companyIsAnAccount, numberAndSet, type Backfill } from './backfill/backfill.ts'

export { changeTracking, firstFullSync, targetTables } from './upgrade/building-blocks.ts'
export { migrate, previewMigrate, type MigrateOptions } from './upgrade/migrate.ts'
export { joinMigrate, type JoinOptions, type JoinResult } from './upgrade/join.ts'
export { previewRollback, rollback, type RollbackOptions } from './upgrade/rollback.ts'
export { verify, type VerifyResult } from './upgrade/verify.ts'
export { deliver, type DeliverOptions, type DeliveryManifest } from './deliver/deliver.ts'
export { explainContact } from './explain/explain.ts'
export type { ContactStory } from './explain/story.ts'
export { readiness } from './upgrade/readiness.ts'
export type { Finding } from './check/finding.ts'
