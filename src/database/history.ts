import { hostname, userInfo } from 'node:os'
import { nanoid } from 'nanoid'
import { sql } from '../domain/sql.ts'
import { P2cError } from '../errors.ts'
import { version } from '../version.ts'
import type { Database } from './database.ts'
import { recentRate, withMark, type Mark } from './recent-rate.ts'

/** One run of a command that writes, as it is told in `runs.csv`. */
export interface Run {
  readonly id: string
  readonly command: string
  /** The fence it works behind: its own, or that of the run it joined. */
  readonly fence: number
  /** The run it takes part in; null where it holds the lock itself. */
  readonly joined: string | null
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
  const id = nanoid(12)
  const begun = await db.transaction(async () => {
    await db.change(
      sql`INSERT INTO p2c_run (run_id, fence, command, started_on, actor, host, pid, version)
        SELECT ${id}, coalesce(max(fence), 0) + 1, ${command}, ${now()}, ${actor()}, ${hostname()}, ${process.pid}, ${version} FROM p2c_run`,
    )
    await db.change(
      sql`INSERT INTO p2c_lock (id, run_id, fence) SELECT 1, run_id, fence FROM p2c_run WHERE run_id = ${id}
        ON CONFLICT (id) DO UPDATE SET run_id = excluded.run_id, fence = excluded.fence`,
    )
    return db.row<{ fence: number }>(sql`SELECT fence FROM p2c_run WHERE run_id = ${id}`)
  })
  return runOf({ id, command, fence: Number(begun?.fence), joined: null })
}

/**
 * Writes down that a run takes part in the one that holds the lock, if that is one of the command
 * `holding`; undefined where none is. Needs the own tables.
 */
export async function joinRun(
  db: Database,
  command: string,
  holding: string,
): Promise<Run | undefined> {
  const id = nanoid(12)
  const holder = await db.transaction(async () => {
    const holder = await db.row<{ run_id: string; fence: number }>(
      sql`SELECT l.run_id, l.fence FROM p2c_lock AS l JOIN p2c_run AS r ON r.run_id = l.run_id WHERE r.command = ${holding}`,
    )
    if (holder)
      await db.change(
        sql`INSERT INTO p2c_run (run_id, joined, command, started_on, actor, host, pid, version)
          VALUES (${id}, ${holder.run_id}, ${command}, ${now()}, ${actor()}, ${hostname()}, ${process.pid}, ${version})`,
      )
    return holder
  })
  if (!holder) return undefined
  return runOf({ id, command, fence: Number(holder.fence), joined: holder.run_id })
}

function runOf(run: Omit<Run, 'rows' | 'recent'>): Run {
  return { ...run, rows: 0, recent: { step: null, marks: [] } }
}

/**
 * Where the run stands, for `p2c status`: the step, its rows, its last batch and its recent speed.
 * Called at the end of a batch, inside its transaction.
 *
 * @param batchRows where others work on the step too; else it is told by what was done before
 */
export async function noteProgress(
  db: Database,
  run: Run,
  step: string,
  done: number,
  total: number | null,
  batchRows?: number,
): Promise<void> {
  const { recent } = run
  if (recent.step !== step) Object.assign(recent, { step, marks: [] })
  recent.marks = withMark(recent.marks, { at: performance.now(), done })
  const before = recent.marks.at(-2)
  // The first batch of a resumed step stands behind rows of earlier runs.
  const rows = batchRows ?? (before === undefined ? null : done - before.done)
  await db.change(
    sql`UPDATE p2c_run SET step = ${step}, done = ${done}, total = ${total}, rows = ${run.rows},
      batch_rows = ${rows}, batch_millis = ${Math.round(db.transactionMillis())}, batch_on = ${now()}, rows_per_second = ${recentRate(recent.marks)}
      WHERE run_id = ${run.id}`,
  )
}

/**
 * The fence: that no run has begun since this one did, which would mean that the lock was lost and
 * another has it; nor has the run ended that this one joined. Asked at the end of a transaction:
 * until its COMMIT none can begin or end.
 *
 * @throws P2cError LOCK_LOST, JOINED_RUN_ENDED
 */
export async function mustHoldFence(db: Database, run: Run): Promise<void> {
  const holder = await db
    .row<{ fence: number }>(
      sql`SELECT fence FROM p2c_lock WHERE id = 1 ${db.dialect.keptUntilCommit}`,
    )
    .catch((error: unknown) => {
      // Only a run that begins or ends writes this row: whoever cannot read it has lost it.
      if (db.dialect.faultOf(error) !== 'transient') throw error
      return undefined
    })
  if (holder && Number(holder.fence) === run.fence) return
  if (run.joined !== null) throw joinedRunEnded(db)
  throw new P2cError('LOCK_LOST', {
    what: `another run has taken over from "p2c ${run.command}" on ${db.identity}`,
    must: 'the lock, as long as the work lasts',
    found: 'a connection that was cut, or a process that stood still',
    next: 'This run has written nothing since. See "p2c status"; run the same command again once the other has ended',
  })
}

/** The error of a run that takes part in one that did not get to its end. */
export function joinedRunEnded({ identity }: Database): P2cError {
  return new P2cError('JOINED_RUN_ENDED', {
    what: `the run on ${identity} that this one takes part in has ended`,
    must: 'a run that is at work until all is done',
    found: 'one that was stopped, failed, or was killed',
    next: 'What this one had not committed is taken back. Run "p2c migrate" to go on',
  })
}

/** Writes down how a run ended. */
export async function finishRun(db: Database, run: Run, outcome: Outcome): Promise<void> {
  await db.transaction(async () => {
    await db.change(
      sql`UPDATE p2c_run SET finished_on = ${now()}, outcome = ${outcome}, rows = ${run.rows} WHERE run_id = ${run.id}`,
    )
    if (run.joined !== null) return
    await mustHoldFence(db, run)
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
