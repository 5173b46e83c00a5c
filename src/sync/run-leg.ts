import { paceOf } from '../backfill/pace.ts'
import { quarantined, tooManyRejects } from '../backfill/quarantine.ts'
import { withRetries } from '../backfill/retry.ts'
import type { Database } from '../database/database.ts'
import { noteProgress, type Run } from '../database/history.ts'
import { identifier, raw, sql } from '../domain/sql.ts'
import type { Work } from '../events.ts'
import { dropAffected, makeAffected } from './affected.ts'
import { dropBatchTable, makeBatchTable, planBatches, runBatch, type BatchPlan } from './batch.ts'
import { readsSales } from './compile.ts'
import {
  counted,
  finishExecution,
  giveUpSession,
  keepExecution,
  type Execution,
} from './execution.ts'
import { dropLookUpTables, makeLookUpTables } from './lookup-tables.ts'
import type { Project, ProjectLeg } from './project.ts'
import { dropWalk, type Stretch } from './walk.ts'

/**
 * Carries one leg out, from where the execution stands to the end of the leg. Each batch is one
 * transaction: records, rejects, counts and cursor. A batch in which the database refuses a
 * record is halved down to the record. Wants the table of countries.
 *
 * @returns the execution as it stands behind the leg
 * @throws P2cError TOO_MANY_REJECTS where the database refuses more than max(100, 1 %) of the rows
 */
export async function* runLeg(
  db: Database,
  run: Run,
  project: Project,
  leg: ProjectLeg,
  begun: Execution,
): Work<Execution> {
  const step = `${project.name}: ${leg.name}`
  yield { type: 'step', state: 'started', step }
  let execution = begun
  try {
    const isLimited = execution.mode === 'changed' && readsSales(leg)
    // Where nothing was written, not even what rows are looked up in is needed.
    if (!isLimited || (await makeAffected(db, project, leg)) > 0)
      execution = yield* runBatches(db, run, project, leg, execution)
    execution = await closeLeg(db, leg, execution)
  } finally {
    await dropBatchTable(db)
    await dropLookUpTables(db)
    await dropAffected(db)
    await dropWalk(db)
  }
  yield { type: 'step', state: 'finished', step }
  return execution
}

async function* runBatches(
  db: Database,
  run: Run,
  project: Project,
  leg: ProjectLeg,
  begun: Execution,
): Work<Execution> {
  const step = `${project.name}: ${leg.name}`
  let execution = begun
  if (execution.mode === 'full') await renewStatistics(db, leg)
  await makeLookUpTables(db, leg)
  const plan = await planBatches(db, project, leg, execution)
  await makeBatchTable(db)
  const total = Math.max(plan.walk.length, execution.done)
  const work: LegWork = { db, run, step, plan, total }
  const pace = paceOf(db)
  for (;;) {
    const { rows, slowed } = pace.next()
    const started = performance.now()
    const stretch = await plan.walk.next(execution.cursor, rows)
    if (!stretch) return execution
    const pieces = quarantined(db, stretch, {
      doPiece: piece => commitBatch(work, piece, execution),
      halve: piece => plan.walk.halve(piece),
      reject: (piece, error) => commitBatch(work, piece, execution, messageOf(error)),
    })
    for await (const { after, waited } of pieces) {
      execution = after
      await stopAboveTolerance(work, execution)
      const reason = waited ?? slowed
      yield { type: 'progress', step, done: execution.done, total, slowed: reason }
    }
    pace.took({ rows: stretch.rows, millis: performance.now() - started })
  }
}

/** What was written just before this leg and is searched by it; here, because a leg may be resumed. */
async function renewStatistics(db: Database, leg: ProjectLeg): Promise<void> {
  const { dialect } = db
  await dialect.renewStatistics(db, identifier(leg.target.table), [identifier(leg.target.number)])
  if (readsSales(leg)) return
  await dialect.renewStatistics(db, identifier(leg.source), [identifier(leg.number)])
  await dialect.renewStatistics(db, raw('p2c_sync_record'), [raw('task'), raw('key')])
}

/** What all batches of a leg share. */
interface LegWork {
  readonly db: Database
  readonly run: Run
  readonly step: string
  readonly plan: BatchPlan
  readonly total: number
}

/** The execution behind a batch, and what the batch waited for. */
interface Moved {
  readonly after: Execution
  readonly waited: string | null
}

async function commitBatch(
  { db, run, step, plan, total }: LegWork,
  stretch: Stretch,
  execution: Execution,
  refused?: string,
): Promise<Moved> {
  const { value: after, waited } = await withRetries(db, () =>
    db.transaction(async () => {
      const { counts, notices } = await runBatch(db, plan, stretch, refused)
      const moved = { ...execution, cursor: stretch.last, done: execution.done + stretch.rows }
      const after = counted(moved, counts, notices, refused === undefined ? 0 : counts.rejected)
      await keepExecution(db, after)
      await noteProgress(db, { ...run, rows: run.rows + stretch.rows }, step, after.done, total)
      return after
    }),
  )
  run.rows += stretch.rows
  return { after, waited }
}

/** The session goes with it: going on behind the refused records would leave them out for good. */
async function stopAboveTolerance(
  { db, step, total }: LegWork,
  { tally }: Execution,
): Promise<void> {
  const error = tooManyRejects(step, {
    refused: tally.refused,
    total,
    where: 'p2c_sync_reject',
    next: 'Mend the cause and run the same command again; it begins the sync anew',
  })
  if (!error) return
  await giveUpSession(db)
  throw error
}

/** Forgets rejects that this execution did not meet again, and goes on to the next leg. */
function closeLeg(db: Database, leg: ProjectLeg, execution: Execution): Promise<Execution> {
  return db.transaction(async () => {
    await db.change(
      sql`DELETE FROM p2c_sync_reject WHERE task = ${execution.task} AND leg = ${leg.name} AND execution_id <> ${execution.id}`,
    )
    if (leg.name === 'cds-destination') {
      await finishExecution(db, execution)
      return execution
    }
    const next: Execution = { ...execution, leg: 'cds-destination', cursor: '', done: 0 }
    await keepExecution(db, next)
    return next
  })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
