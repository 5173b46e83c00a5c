import { nextPace, type Batch } from '../backfill/pace.ts'
import { withRetries } from '../backfill/retry.ts'
import type { Database } from '../database/database.ts'
import type { Work } from '../events.ts'

/** Positions of a temporary table, both included. */
export interface Range {
  readonly first: number
  readonly last: number
}

export interface BatchWork {
  readonly step: string
  readonly total: number
  /** Does a range, in one transaction of its own where it writes. */
  readonly commit: (range: Range) => Promise<void>
  /** Deals with the one row of a range that the database refused. */
  readonly refuse: (position: number, error: unknown) => Promise<void>
}

/**
 * Does positions 1 to `total` in batches, as large as the pace says. A batch that the database
 * refuses for one of its rows is halved down to that row, and the others are done.
 */
export async function* inBatches(db: Database, work: BatchWork): Work<undefined> {
  const { rows: fixed, targetMs } = db.config.batch
  const batches: Batch[] = []
  for (let done = 0; done < work.total;) {
    const pace = nextPace(batches, targetMs ?? db.dialect.habits.batchMillis, fixed)
    const range = { first: done + 1, last: Math.min(work.total, done + pace.rows) }
    const started = performance.now()
    yield* inHalves(db, work, range, pace.slowed)
    done = range.last
    batches.push({ rows: range.last - range.first + 1, millis: performance.now() - started })
    if (batches.length > 10) batches.shift()
  }
}

async function* inHalves(
  db: Database,
  work: BatchWork,
  range: Range,
  slowed: string | null,
): Work<undefined> {
  try {
    await withRetries(db, () => work.commit(range))
  } catch (error) {
    if (db.dialect.faultOf(error) !== 'row') throw error
    if (range.first < range.last) {
      const middle = Math.floor((range.first + range.last) / 2)
      yield* inHalves(db, work, { ...range, last: middle }, slowed)
      yield* inHalves(db, work, { ...range, first: middle + 1 }, slowed)
      return
    }
    await work.refuse(range.first, error)
  }
  yield { type: 'progress', step: work.step, done: range.last, total: work.total, slowed }
}
