import { hostname } from 'node:os'
import type { Database } from '../database/database.ts'
import { hasOwnTables } from '../database/own-tables.ts'
import { sql } from '../domain/sql.ts'

/** The last batch that a run committed. */
export interface BatchStatus {
  /** null for the first batch of a step, of which it is not known where it began. */
  readonly rows: number | null
  /** What it took, without the rest that may follow it. */
  readonly millis: number
  readonly committedOn: string
  /** How long ago that was when the status was asked. */
  readonly secondsAgo: number
}

export interface RunStatus {
  readonly runId: string
  /** The run in which it takes part; null where it is one of its own. */
  readonly joined: string | null
  readonly command: string
  readonly startedOn: string
  readonly finishedOn: string | null
  /** running, interrupted (its process is gone), or how it ended. */
  readonly outcome: string
  /** Who started it, where; while it is running, who holds the lock. */
  readonly actor: string
  readonly host: string
  readonly pid: number
  readonly version: string
  /** Rows that it did, in all steps. */
  readonly rows: number
  /** The last step that counts rows. */
  readonly step: string | null
  readonly done: number | null
  readonly total: number | null
  readonly percent: number | null
  /** Over the last batches; null before the second one. */
  readonly rowsPerSecond: number | null
  /** Until the step is done, at the recent speed; null where the run is not under way. */
  readonly secondsLeft: number | null
  readonly lastBatch: BatchStatus | null
}

interface RunRow {
  readonly run_id: string
  readonly joined: string | null
  readonly command: string
  readonly started_on: string
  readonly finished_on: string | null
  readonly outcome: string | null
  readonly actor: string
  readonly host: string
  readonly pid: number
  readonly version: string
  readonly rows: number
  readonly step: string | null
  readonly done: number | null
  readonly total: number | null
  readonly batch_rows: number | null
  readonly batch_millis: number | null
  readonly batch_on: string | null
  readonly rows_per_second: number | null
}

const shownRuns = 10

/** The last runs, newest first; none where p2c never worked on this database. Reads only. */
export async function lastRuns(db: Database, locked: boolean): Promise<RunStatus[]> {
  if (!(await hasOwnTables(db))) return []
  const rows = await db.rows<RunRow>(
    sql`SELECT run_id, joined, command, started_on, finished_on, outcome, actor, host, pid, version, rows,
      step, done, total, batch_rows, batch_millis, batch_on, rows_per_second
      FROM p2c_run ORDER BY started_on DESC, run_id LIMIT ${shownRuns}`,
  )
  const askedAt = Date.now()
  // Only the newest run can be the one that holds the lock, and others may take part in it.
  const holder = locked ? rows.find(row => row.joined === null)?.run_id : undefined
  const isAtWork = (row: RunRow) =>
    holder !== undefined && holder === (row.joined ?? row.run_id) && mayBeAlive(row)
  return rows.map(row => statusOfRun(row, isAtWork(row), askedAt))
}

function statusOfRun(row: RunRow, isAtWork: boolean, askedAt: number): RunStatus {
  const outcome = row.outcome ?? (isAtWork ? 'running' : 'interrupted')
  const done = numberOrNull(row.done)
  const total = numberOrNull(row.total)
  const rowsPerSecond = numberOrNull(row.rows_per_second)
  const left = done === null || total === null ? null : Math.max(0, total - done)
  return {
    runId: row.run_id,
    joined: row.joined,
    command: row.command,
    startedOn: row.started_on,
    finishedOn: row.finished_on,
    outcome,
    actor: row.actor,
    host: row.host,
    pid: Number(row.pid),
    version: row.version,
    rows: Number(row.rows),
    step: row.step,
    done,
    total,
    percent: left === null || !total ? null : Math.floor((100 * (total - left)) / total),
    rowsPerSecond: rowsPerSecond === null ? null : Math.round(rowsPerSecond),
    secondsLeft:
      outcome === 'running' && left !== null && rowsPerSecond
        ? Math.ceil(left / rowsPerSecond)
        : null,
    lastBatch:
      row.batch_on === null
        ? null
        : {
            rows: numberOrNull(row.batch_rows),
            millis: Number(row.batch_millis),
            committedOn: row.batch_on,
            secondsAgo: Math.max(0, Math.round((askedAt - Date.parse(row.batch_on)) / 1_000)),
          },
  }
}

/** A run that was killed while another one, which holds the lock now, has not written its name yet. */
function mayBeAlive({ host, pid }: RunRow): boolean {
  if (host !== hostname()) return true
  try {
    process.kill(Number(pid), 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function numberOrNull(value: number | null): number | null {
  return value === null ? null : Number(value)
}
