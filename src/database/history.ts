import { hostname, userInfo } from 'node:os'
import { nanoid } from 'nanoid'
import { sql } from '../domain/sql.ts'
import { version } from '../version.ts'
import type { Database } from './database.ts'

/** One run of a command that writes, as it is told in `runs.csv`. */
export interface Run {
  readonly id: string
  readonly command: string
  /** Counts rows towards the run's total; kept by `finishRun`. */
  rows: number
}

/** How a run ended. A run that was killed has none. */
export type Outcome = 'done' | 'findings' | 'stopped' | 'failed' | 'refused'

/** The moment, as p2c writes times. */
export const now = (): string => new Date().toISOString()

/** Writes down that a run begins, and that it holds the lock. Needs the own tables. */
export async function beginRun(db: Database, command: string): Promise<Run> {
  const run: Run = { id: nanoid(12), command, rows: 0 }
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

/** Where the run stands, for `p2c status`; called inside a batch's transaction. */
export async function noteProgress(
  db: Database,
  run: Run,
  step: string,
  done: number,
  total: number | null,
): Promise<void> {
  await db.change(
    sql`UPDATE p2c_run SET step = ${step}, done = ${done}, total = ${total}, rows = ${run.rows} WHERE run_id = ${run.id}`,
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
