import { withRetries } from '../backfill/retry.ts'
import type { Database } from '../database/database.ts'
import { noteProgress, type Run } from '../database/history.ts'
import { sql } from '../domain/sql.ts'
import { P2cError } from '../errors.ts'
import type { Work } from '../events.ts'
import { dropBatchTable, makeBatchTable, planBatches, runBatch, type BatchPlan } from './batch.ts'
import { readsSales } from './compile.ts'
import {
  counted,
  finishExecution,
  giveUpSession,
  keepExecution,
  type Execution,
} from './execution.ts'
import { dropSourceTables, makeSourceTables } from './lookup-tables.ts'
import type { Project, ProjectLeg } from './project.ts'
import { dropWalk, lengthOf, nextStretch, type Stretch } from './walk.ts'

const defaultRows = 10_000
const toleratedRefusals = 100

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
    const plan = await planBatches(db, project, leg, execution)
    if (readsSales(leg)) await makeSourceTables(db, leg)
    await makeBatchTable(db, plan)
    const work: LegWork = { db, run, step, plan, total: await lengthOf(db, plan.walk) }
    const mostRows = db.config.batch.rows ?? defaultRows
    let rows = mostRows
    for (;;) {
      const stretch = await nextStretch(db, plan.walk, execution.cursor, rows)
      if (!stretch) break
      const after = await tryBatch(work, stretch, execution, rows === 1)
      if (after === 'halve') {
        rows = Math.ceil(Math.min(rows, stretch.rows) / 2)
        continue
      }
      execution = after
      await stopAboveTolerance(work, execution)
      rows = Math.min(mostRows, rows * 2)
      const total = Math.max(work.total, execution.done)
      yield { type: 'progress', step, done: execution.done, total, slowed: null }
      if (stretch.last === undefined) break
    }
    execution = await closeLeg(db, leg, execution)
  } finally {
    await dropBatchTable(db)
    await dropSourceTables(db)
    await dropWalk(db)
  }
  yield { type: 'step', state: 'finished', step }
  return execution
}

/** What all batches of a leg share. */
interface LegWork {
  readonly db: Database
  readonly run: Run
  readonly step: string
  readonly plan: BatchPlan
  readonly total: number
}

/** One batch, or `halve` where the database refused a row of several. */
async function tryBatch(
  work: LegWork,
  stretch: Stretch,
  execution: Execution,
  isSmallest: boolean,
): Promise<Execution | 'halve'> {
  try {
    return await commitBatch(work, stretch, execution)
  } catch (error) {
    if (work.db.dialect.faultOf(error) !== 'row') throw error
    if (stretch.rows > 1 && !isSmallest) return 'halve'
    const message = error instanceof Error ? error.message : String(error)
    return commitBatch(work, stretch, execution, message)
  }
}

async function commitBatch(
  { db, run, step, plan, total }: LegWork,
  stretch: Stretch,
  execution: Execution,
  refused?: string,
): Promise<Execution> {
  const after = await withRetries(db, () =>
    db.transaction(async () => {
      const { counts, notices } = await runBatch(db, plan, stretch, refused)
      const cursor = stretch.last ?? (await endOf(db, plan, stretch))
      const moved = { ...execution, cursor, done: execution.done + stretch.rows }
      const after = counted(moved, counts, notices, refused === undefined ? 0 : counts.rejected)
      await keepExecution(db, after)
      await noteProgress(db, { ...run, rows: run.rows + stretch.rows }, step, after.done, total)
      return after
    }),
  )
  run.rows += stretch.rows
  return after
}

/** Where the last stretch of a walk ended, which has no end of its own. */
async function endOf(db: Database, { walk }: BatchPlan, stretch: Stretch): Promise<string> {
  const row = await db.row<{ key: string }>(
    sql`SELECT w.key FROM ${walk.from} WHERE ${walk.condition} AND w.key > ${stretch.after} ORDER BY w.key DESC LIMIT 1`,
  )
  return row?.key ?? stretch.after
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

/** The session goes with it: going on behind the refused records would leave them out for good. */
async function stopAboveTolerance(
  { db, step, total }: LegWork,
  execution: Execution,
): Promise<void> {
  const tolerated = Math.max(toleratedRefusals, Math.floor(total / 100))
  if (execution.tally.refused <= tolerated) return
  await giveUpSession(db)
  throw new P2cError('TOO_MANY_REJECTS', {
    what: `the database refuses too many records in ${step}`,
    must: `at most ${tolerated} of ${total}`,
    found: `${execution.tally.refused}; they stand in p2c_sync_reject with the database's message`,
    next: 'Mend the cause and run the same command again; it begins the sync anew',
  })
}
