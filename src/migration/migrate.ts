import { createHash } from 'node:crypto'
import { runBackfill } from '../backfill/run.ts'
import { workersOf } from '../backfill/workers.ts'
import { previewNumbers, previewPlan, type PlanPreview } from '../backfill/preview.ts'
import type { Database } from '../database/database.ts'
import type { Run } from '../database/history.ts'
import { P2cError } from '../errors.ts'
import type { Work } from '../events.ts'
import { violationsOf } from '../invariant.ts'
import { applySchema, statementsLeft } from './apply-schema.ts'
import {
  appliedMigrations,
  isBeingUndone,
  recordPhase,
  schemaStand,
  settingsOf,
  type Phase,
} from './history.ts'
import type { NamedMigration } from './migration.ts'
import { stepsUp } from './plan.ts'
import type { Statements } from './schema-change.ts'
import { hasTruths, truthsOf } from './truths.ts'

/** One migration as it would be applied. */
export interface PlannedStep {
  readonly name: string
  /** What its changes of the schema do, in words. */
  readonly changes: readonly string[]
  readonly statements: Statements
  /** Rows and numbers of its backfill; null where it has none. */
  readonly backfill: (PlanPreview & { readonly table: string }) | null
  /** Whether an earlier run began it. */
  readonly begun: boolean
}

export interface MigrationPlan {
  readonly steps: readonly PlannedStep[]
  /** What it takes on a machine of two cores; the progress tells it better. */
  readonly estimatedSeconds: number
  /** The same hash means the same steps on the same rows with the same numbers and settings. */
  readonly hash: string
}

export interface MigrateResult {
  readonly applied: readonly string[]
  /** Rows that the backfills did. */
  readonly rows: number
  /** Rows that the database refused in the backfills. */
  readonly rejected: number
  /** What the other long work of each migration gave back, by the migration's name. */
  readonly results: Readonly<Record<string, unknown>>
}

/** What `migrate` would do. Reads only. */
export async function planMigrations(
  db: Database,
  available: readonly NamedMigration[],
  to?: string,
): Promise<MigrationPlan> {
  const applied = await appliedMigrations(db)
  const begun = new Map(applied.map(one => [one.name, one]))
  const steps: PlannedStep[] = []
  for (const migration of stepsUp(available, applied, to)) {
    const { name, schema = [], backfill } = migration
    const preview = backfill && { ...(await previewPlan(db, backfill)), table: backfill.table }
    steps.push({
      name,
      changes: schema.map(change => change.title),
      statements: await statementsLeft(db, migration, begun.get(name)),
      backfill: preview ?? null,
      begun: begun.has(name),
    })
  }
  const hash = createHash('sha256')
    .update(JSON.stringify([steps, available.map(one => one.checksum), settingsOf(db)]))
    .digest('hex')
    .slice(0, 16)
  const rows = steps.reduce((sum, step) => sum + (step.backfill?.rows ?? 0), 0)
  return { steps, estimatedSeconds: Math.ceil(rows / rowsPerSecond), hash }
}

/**
 * That the formats have numbers for all rows of the pending migrations. Reads only.
 *
 * @throws P2cError NUMBERS_EXHAUSTED
 */
export async function ensureNumbersSuffice(
  db: Database,
  available: readonly NamedMigration[],
  to?: string,
): Promise<void> {
  const applied = await appliedMigrations(db)
  for (const { backfill } of stepsUp(available, applied, to))
    if (backfill) await previewNumbers(db, backfill)
}

/**
 * Backfill and first sync together. On two cores between 8,000 (PostgreSQL, 100,000 contacts) and 38,000
 * (SQLite, a million) were measured.
 */
const rowsPerSecond = 15_000

/**
 * Applies the pending migrations, each as far as it has not got yet. Call it inside a run, with the
 * lock held. Stops and resumes at every event.
 *
 * @param workers how many connections work on backfills and other long work
 * @throws P2cError TRUTH_BROKEN where a migration is done and its truths do not hold
 */
export async function* applyMigrations(
  db: Database,
  run: Run,
  available: readonly NamedMigration[],
  to?: string,
  workers = workersOf(db),
): Work<MigrateResult> {
  const done: string[] = []
  const results: Record<string, unknown> = {}
  let rows = 0
  let rejected = 0
  const applied = await appliedMigrations(db)
  const begun = new Map(applied.map(one => [one.name, one]))
  for (const migration of stepsUp(available, applied, to)) {
    const { name, backfill, work } = migration
    const stand = schemaStand(begun.get(name))
    let phase: Phase | undefined = begun.get(name)?.phase
    mustNotBeUndoing(name, phase)
    yield { type: 'step', state: 'started', step: name }
    if (phase === undefined || stand) {
      await applySchema(db, run, migration, stand)
      phase = 'backfill'
    }
    if (phase === 'backfill') {
      if (backfill) {
        const outcome = yield* runBackfill(db, run, name, backfill, workers)
        rows += outcome.rows
        rejected += outcome.rejected
      }
      await recordPhase(db, name, (phase = 'work'))
    }
    if (phase === 'work') {
      if (work) results[name] = yield* work(db, run, workers)
      await recordPhase(db, name, 'verify')
    }
    const isProven = hasTruths(migration)
    if (isProven) yield { type: 'step', state: 'started', step: `${name}: proof` }
    await mustHold(db, migration)
    if (isProven) yield { type: 'step', state: 'finished', step: `${name}: proof` }
    await recordPhase(db, name, 'done')
    done.push(name)
    yield { type: 'step', state: 'finished', step: name }
  }
  return { applied: done, rows, rejected, results }
}

async function mustHold(db: Database, migration: NamedMigration): Promise<void> {
  const [violation] = await violationsOf(db, await truthsOf(db, migration))
  if (!violation) return
  throw new P2cError('TRUTH_BROKEN', {
    what: `${migration.name} is not proven`,
    must: `no ${violation.name}`,
    found: `${violation.count}, for instance ${JSON.stringify(violation.examples[0])}`,
    next: 'Look at these rows; "p2c migrate" goes on from here, "p2c rollback" undoes it',
  })
}

function mustNotBeUndoing(name: string, phase: Phase | undefined): void {
  if (!isBeingUndone(phase)) return
  throw new P2cError('ROLLBACK_UNFINISHED', {
    what: `a rollback of ${name} was begun and not finished`,
    must: 'a rollback that is done',
    next: 'Run the same "p2c rollback" again first; it goes on where it was',
  })
}
