import { setTimeout as wait } from 'node:timers/promises'
import type { Database } from '../database/database.ts'
import { noteProgress, now, type Run } from '../database/history.ts'
import { literal, sql } from '../domain/sql.ts'
import type { ProgressEvent, Work } from '../events.ts'
import { applyPlan, refreshPlan, withdraw } from './apply.ts'
import { atOnce } from './at-once.ts'
import { planTable, type Backfill } from './backfill.ts'
import { findFree, standOf, take } from './claims.ts'
import { neverBack } from './never-back.ts'
import { paceOf } from './pace.ts'
import { quarantined, tooManyRejects } from './quarantine.ts'
import { halvesOf, lengthOf, type Range } from './range.ts'
import { withRetries } from './retry.ts'
import { closeWorkers, openWorkers } from './workers.ts'

/** How often is looked whether others give back what they have taken. */
const lookMillis = 50

/**
 * Does what nobody has done of a plan, on several connections where it is worth it, until nothing
 * is left; also beside other processes.
 *
 * @throws P2cError TOO_MANY_REJECTS where the database refuses more than max(100, 1 %) of the rows
 */
export async function* doBatches(
  db: Database,
  run: Run,
  migration: string,
  backfill: Backfill,
  workers: number,
): Work<undefined> {
  const { claims } = await standOf(db, migration)
  const others = await openWorkers(db, run, Math.max(0, Math.min(workers, claims) - 1))
  try {
    yield* neverBack(
      atOnce(ended =>
        [db, ...others].map(connection =>
          workOff({ db: connection, run, migration, backfill, isFirst: connection === db, ended }),
        ),
      ),
    )
  } finally {
    await closeWorkers(others)
  }
}

/** Rows that the database refused and that stand in p2c_reject. */
export async function rejectedRows(db: Database, migration: string): Promise<number> {
  const row = await db.row<{ n: number }>(
    sql`SELECT count(*) AS n FROM p2c_reject WHERE migration = ${migration}`,
  )
  return Number(row?.n ?? 0)
}

/** What a worker has to know. */
interface BackfillWork {
  readonly db: Database
  readonly run: Run
  readonly migration: string
  readonly backfill: Backfill
  /** Only the first worker of a run writes into its row: several would wait for each other. */
  readonly isFirst: boolean
  /** Whether the work ends early. */
  readonly ended: AbortSignal
}

/** A range that is committed. */
interface Done {
  readonly range: Range
  readonly done: number
  readonly total: number
  readonly waited: string | null
}

/** One worker, until nothing is left. */
async function* workOff(work: BackfillWork): AsyncGenerator<ProgressEvent, undefined, void> {
  const { db, migration, ended } = work
  const pace = paceOf(db)
  while (!ended.aborted) {
    const { rows, slowed } = pace.next()
    const range = await findFree(db, migration, rows)
    if (!range) {
      if ((await standOf(db, migration)).claims === 0) return
      await wait(lookMillis)
      continue
    }
    const started = performance.now()
    const pieces = quarantined(db, range, {
      doPiece: piece => doRange(work, piece),
      halve: piece => Promise.resolve(halvesOf(piece)),
      reject: (piece, error) => rejectRow(work, piece, error),
    })
    let rowsDone = 0
    for await (const piece of pieces) {
      // Another worker was faster.
      if (!piece) continue
      rowsDone += lengthOf(piece.range)
      const { done, total, waited } = piece
      yield { type: 'progress', step: migration, done, total, slowed: waited ?? slowed }
    }
    if (rowsDone > 0)
      pace.took({ rows: rowsDone, millis: performance.now() - started, asked: rows })
  }
}

/** Rows changed since the plan was made, or are gone: it must be looked at again. */
class PlanIsStale extends Error {}

/** Does a range, or what is still free of it; null where nothing is. */
async function doRange(work: BackfillWork, wanted: Range): Promise<Done | null> {
  const { db, backfill } = work
  const apply = async (range: Range) => {
    const rows = await applyPlan(db, backfill, range)
    if (rows < lengthOf(range)) throw new PlanIsStale()
    return rows
  }
  const applyFreshly = async (range: Range) => {
    await refreshPlan(db, backfill, range)
    return applyPlan(db, backfill, range)
  }
  try {
    return await commit(work, wanted, apply)
  } catch (error) {
    if (!(error instanceof PlanIsStale)) throw error
    return commit(work, wanted, applyFreshly)
  }
}

async function rejectRow(work: BackfillWork, row: Range, error: unknown): Promise<Done | null> {
  const { db, run, migration, backfill } = work
  const message = error instanceof Error ? error.message : String(error)
  const done = await commit(work, row, async range => {
    await db.change(
      sql`INSERT INTO p2c_reject (run_id, migration, table_name, row_key, code, message, rejected_on)
        SELECT ${run.id}, ${migration}, ${literal(backfill.table)}, row_key, 'DATABASE_REFUSED', ${message}, ${now()}
        FROM ${planTable(backfill.table)} WHERE position = ${range.first}`,
    )
    await withdraw(db, backfill, range)
    return 0
  })
  if (done) await stopAboveTolerance(work, done.total)
  return done
}

async function stopAboveTolerance({ db, migration }: BackfillWork, total: number): Promise<void> {
  const error = tooManyRejects(migration, {
    refused: await rejectedRows(db, migration),
    total,
    where: 'p2c_reject',
    next: 'Mend the cause and run "p2c migrate --retry"',
  })
  if (error) throw error
}

/**
 * Claim, rows, before-images and checkpoint of a range in one transaction; tells what it waited
 * for. null where others were faster.
 */
async function commit(
  { db, run, migration, isFirst }: BackfillWork,
  wanted: Range,
  apply: (range: Range) => Promise<number>,
): Promise<Done | null> {
  const started = performance.now()
  const once = () =>
    db.transaction(async () => {
      const range = await take(db, migration, wanted)
      if (!range) return null
      const rows = await apply(range)
      const millis = Math.round(performance.now() - started)
      await db.change(
        sql`INSERT INTO p2c_batch (migration, direction, first_position, last_position, rows, millis, run_id, finished_on)
          VALUES (${migration}, 'do', ${range.first}, ${range.last}, ${rows}, ${millis}, ${run.id}, ${now()})`,
      )
      if (isFirst) {
        const { done, total } = await standOf(db, migration)
        const shown = { ...run, rows: run.rows + rows }
        await noteProgress(db, shown, migration, done, total, lengthOf(range))
      }
      return { range, rows }
    })
  const { value, waited } = await withRetries(db, once, lengthOf(wanted) > 1)
  if (!value) return null
  run.rows += value.rows
  // Only now: inside the transaction what others have committed since is not to be seen.
  const { done, total } = await standOf(db, migration)
  return { range: value.range, done, total, waited }
}
