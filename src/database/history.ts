import { hostname, userInfo } from 'node:os'
import { nanoid } from 'nanoid'
import { sql } from '../domain/sql.ts'
import { version } from '../version.ts'
import type { Database } from './database.ts'
import { recentRate, withMark, type Mark } from './recent-rate.ts'

/** One run of a command that writes, as it is told in `runs.csv`. */
export interface Run {
  readonly id: string
  readonly command: string
  /** Counts rows towards the run's total; kept by `finishRun`. */
  rows: number
  /** What `noteProgress` remembers; a copy of the run has the same. */
  readonly recent: Recent
}

/** The last batches of the step under way. */
interface Recent {
  step: string | null
  marks: readonly Mark[]
}

/** How a run ended. A run that was killed has none. */
export type Outcome = 'done' | 'findings' | 'stopped' | 'failed' | 'refused'

/** The moment, as p2c writes times. */
export const now = (): string => new Date().toISOString()

/** Writes down that a run begins, and that it holds the lock. Needs the own tables. */
export async function beginRun(db: Database, command: string): Promise<Run> {
  const run: Run = { id: nanoid(12), command, rows: 0, recent: { step: null, marks: [] } }
  await db.transaction(async () => {
    await db.change(
      sql`INSERT INTO p2c_run (run_id, command, started_on, actor, host, pid, version) VALUES (${run.id}, ${command}, ${now()}, ${actor()}, ${hostname()}, ${process.pid}, ${version})`,
    )
    await db.change(
      sql`INSERT INTO p2c_lock (id, run_id) VALUES (1, ${run.id}) ON CONFLICT (id) DO UPDATE SET run_id = excluded.run_id`,
    )
  })
  return run
}

/**
 * Where the run stands, for `p2c status`: the step, its rows, its last batch and its recent speed.
 * Called at the end of a batch, inside its transaction.
 */
export async function noteProgress(
  db: Database,
  run: Run,
  step: string,
  done: number,
  total: number | null,
): Promise<void> {
  const { recent } = run
  if (recent.step !== step) Object.assign(recent, { step, marks: [] })
  recent.marks = withMark(recent.marks, { at: performance.now(), done })
  const before = recent.marks.at(-2)
  // The first batch of a resumed step stands behind rows of earlier runs.
  const rows = before === undefined ? null : done - before.done
  await db.change(
    sql`UPDATE p2c_run SET step = ${step}, done = ${done}, total = ${total}, rows = ${run.rows},
      batch_rows = ${rows}, batch_millis = ${Math.round(db.transactionMillis())}, batch_on = ${now()}, rows_per_second = ${recentRate(recent.marks)}
      WHERE run_id = ${run.id}`,
  )
}

/** Writes down how a run ended. */
export async function finishRun(db: Database, run: Run, outcome: Outcome): Promise<void> {
  await db.transaction(async () => {
    await db.change(
      sql`UPDATE p2c_run SET finished_on = ${now()}, outcome = ${outcome}, rows = ${run.rows} WHERE run_id = ${run.id}`,
    )
    await db.change(sql`DELETE FROM p2c_lock WHERE run_id = ${run.id}`)
  })
}

function actor(): string {
  try {
    return userInfo().username
  } catch {
    return 'unknown'
  }
}
