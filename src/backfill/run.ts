import type { Database } from '../database/database.ts'
import { noteProgress, now, type Run } from '../database/history.ts'
import { literal, sql } from '../domain/sql.ts'
import { P2cError } from '../errors.ts'
import type { Work } from '../events.ts'
import { applyPlan, lengthOf, refreshPlan, withdraw, type Range } from './apply.ts'
import { planTable, type Backfill } from './backfill.ts'
import { paceOf } from './pace.ts'
import { findPlan, makePlan } from './plan.ts'
import { quarantined, tooManyRejects } from './quarantine.ts'
import { withRetries } from './retry.ts'

/** Sweeps that find new rows again and again mean that something undoes our work. */
const mostSweeps = 20

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
  const plan = () => withRetries(db, () => makePlan(db, migration, backfill))
  let mark: number | null = null
  if (!(await findPlan(db, migration))) {
    yield { type: 'step', state: 'started', step: `${backfill.table}: plan` }
    const { value: planned } = await plan()
    mark = planned.mark
    const note = `${planned.added} rows`
    yield { type: 'step', state: 'finished', step: `${backfill.table}: plan`, note }
  }
  for (let sweep = 0; ; sweep++) {
    yield* doBatches(db, run, migration, backfill)
    yield { type: 'step', state: 'started', step: `${backfill.table}: sweep` }
    // Where no other program has written since the plan was made, no row can have come late.
    const { value: late } = (await isUnchanged(db, mark))
      ? { value: { added: 0, mark } }
      : await plan()
    mark = late.mark
    const note = `${late.added} rows`
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

function isUnchanged(db: Database, mark: number | null): Promise<boolean> {
  return db.transaction(async () => mark !== null && mark === (await db.dialect.changeMark(db)))
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

/** What all batches of a backfill share. */
interface BackfillWork {
  readonly db: Database
  readonly run: Run
  readonly migration: string
  readonly backfill: Backfill
  readonly total: number
}

/** A range that is committed. */
interface Done {
  readonly range: Range
  readonly waited: string | null
  readonly isRejected: boolean
}

async function* doBatches(
  db: Database,
  run: Run,
  migration: string,
  backfill: Backfill,
): Work<undefined> {
  const total = (await findPlan(db, migration))?.rows ?? 0
  const work: BackfillWork = { db, run, migration, backfill, total }
  const pace = paceOf(db)
  let done = await checkpoint(db, migration, 'do')
  while (done < total) {
    const { rows, slowed } = pace.next()
    const range = { first: done + 1, last: Math.min(total, done + rows) }
    const started = performance.now()
    const pieces = quarantined(db, range, {
      doPiece: piece => doRange(work, piece),
      halve: piece => Promise.resolve(halvesOf(piece)),
      reject: (piece, error) => rejectRow(work, piece, error),
    })
    for await (const { range, waited, isRejected } of pieces) {
      if (isRejected) await stopAboveTolerance(work)
      const reason = waited ?? slowed
      yield { type: 'progress', step: migration, done: range.last, total, slowed: reason }
    }
    done = range.last
    pace.took({ rows: lengthOf(range), millis: performance.now() - started })
  }
}

function halvesOf({ first, last }: Range): [Range, Range] | null {
  if (first === last) return null
  const middle = Math.floor((first + last) / 2)
  return [
    { first, last: middle },
    { first: middle + 1, last },
  ]
}

/** Rows changed since the plan was made, or are gone: it must be looked at again. */
class PlanIsStale extends Error {}

async function doRange(work: BackfillWork, range: Range): Promise<Done> {
  const { db, backfill } = work
  const apply = async () => {
    const rows = await applyPlan(db, backfill, range)
    if (rows < lengthOf(range)) throw new PlanIsStale()
    return rows
  }
  const applyFreshly = async () => {
    await refreshPlan(db, backfill, range)
    return applyPlan(db, backfill, range)
  }
  try {
    return { range, waited: await commit(work, range, apply), isRejected: false }
  } catch (error) {
    if (!(error instanceof PlanIsStale)) throw error
    return { range, waited: await commit(work, range, applyFreshly), isRejected: false }
  }
}

async function rejectRow(work: BackfillWork, range: Range, error: unknown): Promise<Done> {
  const { db, run, migration, backfill } = work
  const message = error instanceof Error ? error.message : String(error)
  const waited = await commit(work, range, async () => {
    await db.change(
      sql`INSERT INTO p2c_reject (run_id, migration, table_name, row_key, code, message, rejected_on)
        SELECT ${run.id}, ${migration}, ${literal(backfill.table)}, row_key, 'DATABASE_REFUSED', ${message}, ${now()}
        FROM ${planTable(backfill.table)} WHERE position = ${range.first}`,
    )
    await withdraw(db, backfill, range)
    return 0
  })
  return { range, waited, isRejected: true }
}

async function stopAboveTolerance({ db, migration, total }: BackfillWork): Promise<void> {
  const error = tooManyRejects(migration, {
    refused: await rejectedRows(db, migration),
    total,
    where: 'p2c_reject',
    next: 'Mend the cause and run "p2c migrate --retry"',
  })
  if (error) throw error
}

/** Rows, before-images and checkpoint of a range in one transaction; tells what it waited for. */
async function commit(
  { db, run, migration, total }: BackfillWork,
  range: Range,
  apply: () => Promise<number>,
): Promise<string | null> {
  const started = performance.now()
  const { value: rows, waited } = await withRetries(db, () =>
    db.transaction(async () => {
      const rows = await apply()
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
  return waited
}

function neverFinished(migration: string): P2cError {
  return new P2cError('BACKFILL_NEVER_ENDS', {
    what: `${migration} finds rows to do again and again`,
    must: 'rows that stay done',
    found: `${mostSweeps} sweeps that each found some`,
    next: 'Look for a trigger or a program that takes numbers or flags away',
  })
}
