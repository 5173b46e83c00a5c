import { atOnce } from '../backfill/at-once.ts'
import { neverBack } from '../backfill/never-back.ts'
import { paceOf } from '../backfill/pace.ts'
import { quarantined, tooManyRejects } from '../backfill/quarantine.ts'
import { withRetries } from '../backfill/retry.ts'
import { closeWorkers, openWorkers } from '../backfill/workers.ts'
import type { Database } from '../database/database.ts'
import { noteProgress, type Run } from '../database/history.ts'
import { identifier, raw, sql } from '../domain/sql.ts'
import type { ProgressEvent, Work } from '../events.ts'
import { makeAffected } from './affected.ts'
import type { Ahead } from './ahead.ts'
import { dropBatchTable, makeBatchTable, draftBatches, runBatch, type BatchPlan } from './batch.ts'
import { readsSales } from './compile.ts'
import { asItStands, finishExecution, keepExecution, sumOf, type Execution } from './execution.ts'
import { makeLookUpTables } from './lookup-tables.ts'
import { divide, forgetParts, keepPart, partsOf, type Part } from './parts.ts'
import type { Project, ProjectLeg } from './project.ts'
import { giveUpSession } from './session.ts'
import type { Stretch } from './walk.ts'
import { dropWorkTables, workTablesOfLeg } from './work-tables.ts'

/** What a leg is done with. */
export interface Means {
  /** How many connections work on it. */
  readonly workers: number
  readonly ahead: Ahead
}

/**
 * Carries one leg out, from where the execution stands to the end of the leg, in parts of which
 * each connection does some. Each batch is one transaction: records, rejects, counts and cursor. A
 * batch in which the database refuses a record is halved down to the record. Wants the table of
 * countries.
 *
 * @returns the execution as it stands behind the leg
 * @throws P2cError TOO_MANY_REJECTS where the database refuses more than max(100, 1 %) of the rows
 */
export async function* runLeg(
  db: Database,
  run: Run,
  project: Project,
  leg: ProjectLeg,
  execution: Execution,
  means: Means,
): Work<Execution> {
  const step = stepOf(project, leg)
  yield { type: 'step', state: 'started', step }
  let behind = execution
  try {
    const isLimited = execution.mode === 'changed' && readsSales(leg)
    // Where nothing was written, not even what rows are looked up in is needed.
    if (!isLimited || (await makeAffected(db, project, leg)) > 0)
      yield* runParts(db, run, project, leg, execution, means)
    behind = await closeLeg(db, leg, execution)
  } finally {
    if (readsSales(leg)) await means.ahead.letGo(execution)
    await dropWorkTables(db, workTablesOfLeg)
  }
  yield { type: 'step', state: 'finished', step }
  return behind
}

function stepOf(project: Project, leg: ProjectLeg): string {
  return `${project.name}: ${leg.name}`
}

async function* runParts(
  db: Database,
  run: Run,
  project: Project,
  leg: ProjectLeg,
  execution: Execution,
  { workers, ahead }: Means,
): Work<undefined> {
  if (execution.mode === 'full') await renewStatistics(db, leg)
  const ready = readsSales(leg) ? await ahead.take({ execution, leg }) : null
  if (!ready) await makeLookUpTables(db, leg)
  const { ground, planFor } = await draftBatches(db, project, leg, execution)
  const kept = await partsOf(db, execution)
  const parts = kept.length > 0 ? kept : await divide(db, execution, await ground.bounds(workers))
  const others = await openWorkers(db, run, Math.min(workers, parts.length) - 1)
  const connections = [db, ...others]
  try {
    const plan = planFor(await ground.walk(connections, parts, ready))
    const total = Math.max(plan.walk.length, doneOf(parts))
    const work: LegWork = { run, step: stepOf(project, leg), plan, parts, total, ahead }
    const places = [...parts.keys()]
    yield* neverBack(
      atOnce(ended =>
        connections.map(connection =>
          workOff({ ...work, db: connection, isFirst: connection === db, places, ended }),
        ),
      ),
    )
  } finally {
    await closeWorkers(others)
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

/** What all workers of a leg share. */
interface LegWork {
  readonly run: Run
  readonly step: string
  readonly plan: BatchPlan
  /** As they stand; each worker keeps those that it does. */
  readonly parts: Part[]
  readonly total: number
  readonly ahead: Ahead
}

/** What a worker has to know. */
interface PartWork extends LegWork {
  readonly db: Database
  /** Only the first writes into the run's row: several would wait for each other. */
  readonly isFirst: boolean
  /** Places of the parts that nobody has begun with. */
  readonly places: number[]
  /** Whether the work ends early. */
  readonly ended: AbortSignal
}

/** One worker, until no part is left. */
async function* workOff(work: PartWork): AsyncGenerator<ProgressEvent, undefined, void> {
  const { db, places, ended } = work
  await makeBatchTable(db)
  try {
    for (let place = places.shift(); place !== undefined; place = places.shift()) {
      if (ended.aborted) return
      yield* doPart(work, place)
    }
  } finally {
    await dropBatchTable(db)
  }
}

async function* doPart(
  work: PartWork,
  place: number,
): AsyncGenerator<ProgressEvent, undefined, void> {
  const { db, step, plan, parts, total, ahead, isFirst } = work
  const way = plan.walk.ways[place]
  if (!way) throw new RangeError(`there is no way through part ${place}`)
  const pace = paceOf(db)
  for (;;) {
    const { cursor } = partAt(work, place)
    const { rows, slowed } = pace.next()
    const started = performance.now()
    const stretch = await way.next(db, cursor, rows)
    if (!stretch) return
    const pieces = quarantined(db, stretch, {
      doPiece: piece => commitBatch(work, place, piece),
      halve: piece => way.halve(db, piece),
      reject: (piece, error) => commitBatch(work, place, piece, messageOf(error)),
    })
    for await (const { waited } of pieces) {
      await stopAboveTolerance(work)
      yield { type: 'progress', step, done: doneOf(parts), total, slowed: waited ?? slowed }
    }
    pace.took({ rows: stretch.rows, millis: performance.now() - started })
    if (isFirst) await ahead.goOn()
  }
}

async function commitBatch(
  work: PartWork,
  place: number,
  stretch: Stretch,
  refused?: string,
): Promise<{ readonly waited: string | null }> {
  const { db, run, step, plan, parts, total, isFirst } = work
  const part = partAt(work, place)
  const once = () =>
    db.transaction(async () => {
      const { counts, notices } = await runBatch(db, plan, stretch, refused)
      const batch = { counts, notices, refused: refused === undefined ? 0 : counts.rejected }
      const moved: Part = {
        ...part,
        cursor: stretch.last,
        done: part.done + stretch.rows,
        tally: sumOf([part.tally, batch]),
      }
      await keepPart(db, plan.execution, moved)
      if (isFirst) {
        const done = doneOf(parts) + stretch.rows
        await noteProgress(db, { ...run, rows: run.rows + stretch.rows }, step, done, total)
      }
      return moved
    })
  const { value: moved, waited } = await withRetries(db, once, stretch.rows > 1)
  parts[place] = moved
  run.rows += stretch.rows
  return { waited }
}

function partAt({ parts }: LegWork, place: number): Part {
  const part = parts[place]
  if (!part) throw new RangeError(`the leg has no part ${place}`)
  return part
}

function doneOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { done }) => sum + done, 0)
}

/** The session goes with it: going on behind the refused records would leave them out for good. */
async function stopAboveTolerance({ db, step, plan, parts, total }: PartWork): Promise<void> {
  const { tally } = asItStands(plan.execution, parts)
  const error = tooManyRejects(step, {
    refused: tally.refused,
    total,
    where: 'p2c_sync_reject',
    next: 'Mend the cause and run the same command again; it begins the sync anew',
  })
  if (!error) return
  await withRetries(db, () => db.transaction(() => giveUpSession(db)))
  throw error
}

/** Forgets rejects that this execution did not meet again, and goes on to the next leg. */
function closeLeg(db: Database, leg: ProjectLeg, execution: Execution): Promise<Execution> {
  return db.transaction(async () => {
    await db.change(
      sql`DELETE FROM p2c_sync_reject WHERE task = ${execution.task} AND leg = ${leg.name} AND execution_id <> ${execution.id}`,
    )
    const behind = asItStands(execution, await partsOf(db, execution))
    await forgetParts(db)
    if (leg.name === 'cds-destination') {
      await finishExecution(db, behind)
      return behind
    }
    const next: Execution = { ...behind, leg: 'cds-destination' }
    await keepExecution(db, next)
    return next
  })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
