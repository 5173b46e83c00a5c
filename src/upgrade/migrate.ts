import type { Finding } from '../check/finding.ts'
import { workersOf } from '../backfill/workers.ts'
import type { Database } from '../database/database.ts'
import { nameDeliveries } from '../database/deliveries.ts'
import { recorded } from '../database/run.ts'
import { exitStatus, P2cError } from '../errors.ts'
import type { Work } from '../events.ts'
import { loadMigrations } from '../migration/load.ts'
import type { NamedMigration } from '../migration/migration.ts'
import {
  applyMigrations,
  ensureNumbersSuffice,
  planMigrations,
  type MigrateResult,
  type MigrationPlan,
} from '../migration/migrate.ts'
import { retryRejected } from '../migration/retry.ts'
import { firstFullSyncName } from '../migration/upgraded.ts'
import { projectsOf } from '../sync/projects.ts'
import type { SyncResult } from '../sync/sync.ts'
import { readiness, refusals } from './readiness.ts'
import { hasRejected } from './rejects.ts'

export interface MigrateOptions {
  /** The last migration to apply; all where nothing is said. */
  readonly to?: string | undefined
  /** Codes of blocking findings that are taken on. */
  readonly accept?: readonly string[]
  /** Goes on only if the plan still has this hash. */
  readonly plan?: string | undefined
  /** Copies a SQLite database into this file first. */
  readonly backup?: string | undefined
  /** Tries the rows again that the database refused in the backfills. */
  readonly retry?: boolean | undefined
  /** How many connections work on the backfills; as the configuration says where nothing is said. */
  readonly workers?: number | undefined
  /** Other migrations than p2c's own. */
  readonly migrations?: readonly NamedMigration[]
}

export interface UpgradePreview {
  readonly findings: readonly Finding[]
  /** Codes that would refuse the upgrade. */
  readonly refusedBy: readonly string[]
  /** null where it is refused: then nothing would be done. */
  readonly plan: MigrationPlan | null
}

export interface UpgradeResult extends Omit<MigrateResult, 'results'> {
  readonly findings: readonly Finding[]
  /** What the first full sync did; null where this run did not do it. */
  readonly sync: SyncResult | null
}

/** What `migrate` would find and do. Changes nothing, not one byte. */
export async function previewMigrate(
  db: Database,
  options: MigrateOptions = {},
): Promise<UpgradePreview> {
  workersOf(db, options.workers)
  const available = options.migrations ?? (await loadMigrations())
  const findings = await readiness(db, available)
  const refused = refusals(findings, options.accept ?? [])
  if (refused.length === 0) await projectsOf(db)
  return {
    findings,
    refusedBy: refused.map(finding => finding.code),
    plan: refused.length > 0 ? null : await planMigrations(db, available, options.to),
  }
}

/**
 * The upgrade: checks, then applies every pending migration. May be stopped at each event, or
 * killed anywhere, and called again.
 *
 * @throws P2cError CHECK_REFUSED (exit 4, `details` are the findings), PLAN_CHANGED (exit 4),
 * LOCKED (exit 5), WORKERS_UNSUPPORTED, CONFIG_INVALID (exit 2), and what the migrations throw
 */
export async function* migrate(db: Database, options: MigrateOptions = {}): Work<UpgradeResult> {
  const workers = workersOf(db, options.workers)
  const available = options.migrations ?? (await loadMigrations())
  let findings: readonly Finding[] = []
  async function* before(): Work<undefined> {
    yield { type: 'step', state: 'started', step: 'check' }
    // Warnings are for those who can still think it over; the sync tells them again, row by row.
    findings = await readiness(db, available, 'blocking')
    const refusing = refusals(findings, options.accept ?? [])
    if (refusing.length > 0) throw refused(findings, refusing)
    // The first full sync would find it out when all else is done.
    await projectsOf(db)
    if (options.plan === undefined) await ensureNumbersSuffice(db, available, options.to)
    else mustBeThePlan((await planMigrations(db, available, options.to)).hash, options.plan)
    yield* nameDeliveries(db)
    yield { type: 'step', state: 'finished', step: 'check' }
    if (options.backup === undefined) return
    yield { type: 'step', state: 'started', step: 'backup' }
    await db.dialect.backup(db, options.backup)
    yield { type: 'step', state: 'finished', step: 'backup', note: options.backup }
  }
  return yield* recorded(db, 'migrate', run => upgrade(db, run, available, options.to, workers), {
    before,
    outcomeOf: result => (hasRejected(result) ? 'findings' : 'done'),
  })

  async function* upgrade(...given: Parameters<typeof applyMigrations>): Work<UpgradeResult> {
    if (options.retry) await retryRejected(db)
    const { results, ...result } = yield* applyMigrations(...given)
    const sync = (results[firstFullSyncName] ?? null) as SyncResult | null
    return { ...result, findings, sync }
  }
}

function refused(findings: readonly Finding[], blocking: readonly Finding[]): P2cError {
  return new P2cError('CHECK_REFUSED', {
    what: 'this database is not ready for the upgrade',
    must: 'no blocking finding that is not accepted',
    found: blocking.map(finding => `${finding.code} (${finding.count})`).join(', '),
    next: 'Nothing was changed. See "p2c check"; mend them, or take them on with --accept CODE',
    exit: exitStatus.refused,
    details: findings,
  })
}

function mustBeThePlan(hash: string, wanted: string | undefined): void {
  if (wanted === undefined || wanted === hash) return
  throw new P2cError('PLAN_CHANGED', {
    what: 'the plan is no longer the one that was shown',
    must: `the plan ${wanted}`,
    found: hash,
    next: 'Nothing was changed. Look at the new plan with "p2c migrate --dry-run"',
    exit: exitStatus.refused,
  })
}
