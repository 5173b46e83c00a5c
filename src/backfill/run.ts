import { amount } from '../amount.ts'
import type { Database } from '../database/database.ts'
import { now, type Run } from '../database/history.ts'
import { sql } from '../domain/sql.ts'
import { P2cError } from '../errors.ts'
import type { Work } from '../events.ts'
import { writtenColumns, type Backfill } from './backfill.ts'
import { doBatches, rejectedRows } from './batches.ts'
import { findPlan, makePlan, type Planned } from './plan.ts'
import { withRetries } from './retry.ts'
import { closeWorkers, openWorkers } from './workers.ts'

/** Sweeps that find new rows again and again mean that something undoes our work. */
const mostSweeps = 20

export interface BackfillResult {
  /** Rows done, in this run and before it. */
  readonly rows: number
  readonly rejected: number
}

/**
 * Carries a backfill out: makes the plan if there is none, does what nobody has done of it,
 * then sweeps for rows that came late, until a sweep finds nothing. May be stopped at
 * each event, or killed anywhere, and called again.
 *
 * @throws P2cError TOO_MANY_REJECTS where the database refuses more than max(100, 1 %) of the rows
 */
export async function* runBackfill(
  db: Database,
  run: Run,
  migration: string,
  backfill: Backfill,
  workers: number,
): Work<BackfillResult> {
  const plan = () => withRetries(db, () => makePlan(db, migration, backfill))
  let mark: number | null = null
  if (!(await findPlan(db, migration))) {
    yield { type: 'step', state: 'started', step: `${backfill.table}: plan` }
    const { value: planned } = await plan()
    mark = planned.mark
    const note = amount(planned.added, 'row')
    yield { type: 'step', state: 'finished', step: `${backfill.table}: plan`, note }
  }
  for (let sweep = 0; ; sweep++) {
    yield* doBatches(db, run, migration, backfill, workers)
    yield { type: 'step', state: 'started', step: `${backfill.table}: sweep` }
    // Where no other program has written since the plan was made, no row can have come late.
    const look = async (): Promise<Planned> =>
      (await isUnchanged(db, mark)) ? { added: 0, mark } : (await plan()).value
    const late: Planned =
      sweep === 0 ? await renewingStatistics(db, run, backfill, workers, look) : await look()
    mark = late.mark
    const note = amount(late.added, 'row')
    yield { type: 'step', state: 'finished', step: `${backfill.table}: sweep`, note }
    if (late.added === 0) break
    if (sweep >= mostSweeps) throw neverFinished(migration)
  }
  await db.transaction(() =>
    db.change(
      sql`UPDATE p2c_backfill SET state = 'done', finished_on = ${now()} WHERE migration = ${migration}`,
    ),
  )
  const done = await db.row<{ rows: number }>(
    sql`SELECT coalesce(sum(rows), 0) AS rows FROM p2c_batch WHERE migration = ${migration} AND direction = 'do'`,
  )
  return { rows: Number(done?.rows ?? 0), rejected: await rejectedRows(db, migration) }
}

/**
 * Has the server take statistics of what was written, beside other work where there is a second
 * connection to do it on.
 */
async function renewingStatistics<Result>(
  db: Database,
  run: Run,
  backfill: Backfill,
  workers: number,
  work: () => Promise<Result>,
): Promise<Result> {
  const columns = writtenColumns(backfill).map(column => db.names.column(column))
  const renew = (on: Database) =>
    on.dialect.renewStatistics(on, db.names.table(backfill.table), columns)
  const others = await openWorkers(db, run, Math.min(workers, 2) - 1)
  try {
    const [result] = await Promise.all([work(), ...others.map(renew)])
    if (others.length === 0) await renew(db)
    return result
  } finally {
    await closeWorkers(others)
  }
}

async function isUnchanged(db: Database, mark: number | null): Promise<boolean> {
  if (mark === null) return false
  return db.transaction(async () => mark === (await db.dialect.changeMark(db)))
}

function neverFinished(migration: string): P2cError {
  return new P2cError('BACKFILL_NEVER_ENDS', {
    what: `${migration} finds rows to do again and again`,
    must: 'rows that stay done',
    found: `${mostSweeps} sweeps that each found some`,
    next: 'Look for a trigger or a program that takes numbers or flags away',
  })
}
