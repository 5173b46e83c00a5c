import type { Database } from '../database/database.ts'
import { noteProgress, now, type Run } from '../database/history.ts'
import { raw, sql } from '../domain/sql.ts'
import { P2cError } from '../errors.ts'
import type { Work } from '../events.ts'
import { ownTables, type Backfill } from './backfill.ts'
import { applyJournal, writeJournal, type Range } from './journal.ts'
import { nextPace, type Batch } from './pace.ts'
import { findPlan, makePlan } from './plan.ts'
import { withRetries } from './retry.ts'

/** Sweeps that find new rows again and again mean that something undoes our work. */
const mostSweeps = 20

/** How many rows the database may refuse before the run stops: this many, or one in a hundred. */
const toleratedRejects = 100

export interface BackfillResult {
  /** Rows done, in this run and before it. */
  readonly rows: number
  readonly rejected: number
}

/**
 * Carries a backfill out: makes the plan if there is none, does the batches behind the last
 * checkpoint, then sweeps for rows that came late, until a sweep finds nothing. May be stopped at
 * each event, or killed anywhere, and called again.
 *
 * @throws P2cError TOO_MANY_REJECTS where the database refuses more than max(100, 1 %) of the rows
 */
export async function* runBackfill(
  db: Database,
  run: Run,
  migration: string,
  backfill: Backfill,
): Work<BackfillResult> {
  if (!(await findPlan(db, migration))) await makePlan(db, migration, backfill)
  for (let sweep = 0; ; sweep++) {
    yield* doBatches(db, run, migration, backfill)
    if ((await makePlan(db, migration, backfill)) === 0) break
    if (sweep >= mostSweeps) throw neverFinished(migration)
  }
  await db.change(
    sql`UPDATE p2c_backfill SET state = 'done', finished_on = ${now()} WHERE migration = ${migration}`,
  )
  const done = await db.row<{ rows: number }>(
    sql`SELECT coalesce(sum(rows), 0) AS rows FROM p2c_batch WHERE migration = ${migration} AND direction = 'do'`,
  )
  return { rows: Number(done?.rows ?? 0), rejected: await rejectedRows(db, migration) }
}

/** The position behind which the next batch of a direction begins. */
export async function checkpoint(
  db: Database,
  migration: string,
  direction: 'do' | 'undo',
): Promise<number> {
  const row = await db.row<{ position: number | null }>(
    sql`SELECT max(last_position) AS position FROM p2c_batch WHERE migration = ${migration} AND direction = ${direction}`,
  )
  return Number(row?.position ?? 0)
}

/** Rows that the database refused and that stand in p2c_reject. */
export async function rejectedRows(db: Database, migration: string): Promise<number> {
  const row = await db.row<{ n: number }>(
    sql`SELECT count(*) AS n FROM p2c_reject WHERE migration = ${migration}`,
  )
  return Number(row?.n ?? 0)
}

async function* doBatches(
  db: Database,
  run: Run,
  migration: string,
  backfill: Backfill,
): Work<undefined> {
  const total = (await findPlan(db, migration))?.rows ?? 0
  const { rows: fixed, targetMs } = db.config.batch
  const batches: Batch[] = []
  let done = await checkpoint(db, migration, 'do')
  while (done < total) {
    const pace = nextPace(batches, targetMs ?? db.dialect.habits.batchMillis, fixed)
    const range = { first: done + 1, last: Math.min(total, done + pace.rows) }
    const started = performance.now()
    yield* doRange(db, run, migration, backfill, range, pace.slowed, total)
    done = range.last
    batches.push({ rows: range.last - range.first + 1, millis: performance.now() - started })
  }
}

/** One batch. Where a row of it is refused, its two halves, down to the row. */
async function* doRange(
  db: Database,
  run: Run,
  migration: string,
  backfill: Backfill,
  range: Range,
  slowed: string | null,
  total: number,
): Work<undefined> {
  const commit = async (work: () => Promise<number>) => {
    const started = performance.now()
    const rows = await withRetries(db, () =>
      db.transaction(async () => {
        const rows = await work()
        const millis = Math.round(performance.now() - started)
        await db.change(
          sql`INSERT INTO p2c_batch (migration, direction, first_position, last_position, rows, millis, run_id, finished_on)
            VALUES (${migration}, 'do', ${range.first}, ${range.last}, ${rows}, ${millis}, ${run.id}, ${now()})`,
        )
        await noteProgress(db, { ...run, rows: run.rows + rows }, migration, range.last, total)
        return rows
      }),
    )
    run.rows += rows
  }
  try {
    await commit(async () => {
      const found = await writeJournal(db, backfill, range)
      await applyJournal(db, backfill, range, found)
      return found
    })
  } catch (error) {
    if (db.dialect.faultOf(error) !== 'row') throw error
    if (range.first < range.last) {
      const middle = Math.floor((range.first + range.last) / 2)
      yield* doRange(db, run, migration, backfill, { ...range, last: middle }, slowed, total)
      yield* doRange(db, run, migration, backfill, { ...range, first: middle + 1 }, slowed, total)
      return
    }
    await commit(async () => {
      await reject(db, run, migration, backfill, range.first, error)
      return 0
    })
    await stopAboveTolerance(db, migration, total)
  }
  yield { type: 'progress', step: migration, done: range.last, total, slowed }
}

async function reject(
  db: Database,
  run: Run,
  migration: string,
  backfill: Backfill,
  position: number,
  error: unknown,
): Promise<void> {
  const message = error instanceof Error ? error.message : String(error)
  await db.change(
    sql`INSERT INTO p2c_reject (run_id, migration, table_name, row_key, code, message, rejected_on)
      SELECT ${run.id}, ${migration}, ${raw(`'${backfill.table}'`)}, row_key, 'DATABASE_REFUSED', ${message}, ${now()}
      FROM ${ownTables(backfill).plan} WHERE position = ${position}`,
  )
}

async function stopAboveTolerance(db: Database, migration: string, total: number): Promise<void> {
  const rejected = await rejectedRows(db, migration)
  const tolerated = Math.max(toleratedRejects, Math.floor(total / 100))
  if (rejected <= tolerated) return
  throw new P2cError('TOO_MANY_REJECTS', {
    what: `the database refuses too many rows in ${migration}`,
    must: `at most ${tolerated} of ${total}`,
    found: `${rejected}; they stand in p2c_reject with the database's message`,
    next: 'Mend the cause and run "p2c migrate --retry"',
  })
}

function neverFinished(migration: string): P2cError {
  return new P2cError('BACKFILL_NEVER_ENDS', {
    what: `${migration} finds rows to do again and again`,
    must: 'rows that stay done',
    found: `${mostSweeps} sweeps that each found some`,
    next: 'Look for a trigger or a program that takes numbers or flags away',
  })
}
