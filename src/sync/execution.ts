import type { Database } from '../database/database.ts'
import { now, type Run } from '../database/history.ts'
import { sql } from '../domain/sql.ts'
import type { LegName, TemplateName } from './template.ts'

export type SyncMode = 'full' | 'changed' | 'retry'

/** What became of the records of a leg. */
export interface Counts {
  readonly inserted: number
  readonly updated: number
  readonly unchanged: number
  readonly rejected: number
}

/** What an execution counted so far; it is kept with the cursor, so that nothing counts twice. */
export interface Tally {
  readonly legs: Readonly<Record<LegName, Counts>>
  /** Records by `leg|code|field`. */
  readonly notices: Readonly<Record<string, number>>
  /** Records that the database refused. */
  readonly refused: number
}

/** One execution of one task, as it stands in p2c_sync_execution. */
export interface Execution {
  readonly id: number
  readonly task: string
  readonly mode: SyncMode
  readonly leg: LegName
  readonly cursor: string
  /** Rows walked in this leg. */
  readonly done: number
  readonly tally: Tally
}

const none: Counts = { inserted: 0, updated: 0, unchanged: 0, rejected: 0 }
const nothing: Tally = {
  legs: { 'source-cds': none, 'cds-destination': none },
  notices: {},
  refused: 0,
}

interface ExecutionRow {
  readonly execution_id: number
  readonly task: string
  readonly mode: SyncMode
  readonly leg: LegName
  readonly leg_cursor: string
  readonly done: number
  readonly tally: string
}

/** The execution of a task that was stopped or killed before its end; undefined where none was. */
export async function unfinishedExecution(
  db: Database,
  task: string,
): Promise<Execution | undefined> {
  const row = await db.row<ExecutionRow>(
    sql`SELECT execution_id, task, mode, leg, leg_cursor, done, tally FROM p2c_sync_execution WHERE task = ${task} AND state = 'running' ORDER BY execution_id DESC LIMIT 1`,
  )
  if (!row) return undefined
  return {
    id: Number(row.execution_id),
    task: row.task,
    mode: row.mode,
    leg: row.leg,
    cursor: row.leg_cursor,
    done: Number(row.done),
    tally: JSON.parse(row.tally) as Tally,
  }
}

/** Begins an execution. One of the same task that is unfinished is given up for it. */
export function beginExecution(
  db: Database,
  run: Run,
  template: { readonly name: TemplateName; readonly task: string },
  mode: SyncMode,
): Promise<Execution> {
  return db.transaction(async () => {
    const last = await db.row<{ id: number | null }>(
      sql`SELECT max(execution_id) AS id FROM p2c_sync_execution`,
    )
    const { name, task } = template
    const id = Number(last?.id ?? 0) + 1
    const execution: Execution = {
      id,
      task,
      mode,
      leg: 'source-cds',
      cursor: '',
      done: 0,
      tally: nothing,
    }
    await db.change(
      sql`UPDATE p2c_sync_execution SET state = 'superseded', finished_on = ${now()} WHERE task = ${task} AND state = 'running'`,
    )
    await db.change(
      sql`INSERT INTO p2c_sync_execution (execution_id, run_id, template, task, mode, state, leg, leg_cursor, done, tally, started_on)
        VALUES (${id}, ${run.id}, ${name}, ${task}, ${mode}, 'running', ${execution.leg}, '', 0, ${JSON.stringify(nothing)}, ${now()})`,
    )
    return execution
  })
}

/** Writes down how far an execution got; called inside the transaction of what it did. */
export async function keepExecution(db: Database, execution: Execution): Promise<void> {
  const { id, leg, cursor, done, tally } = execution
  await db.change(
    sql`UPDATE p2c_sync_execution SET leg = ${leg}, leg_cursor = ${cursor}, done = ${done}, tally = ${JSON.stringify(tally)} WHERE execution_id = ${id}`,
  )
}

/** Writes down that both legs are through. */
export async function finishExecution(db: Database, execution: Execution): Promise<void> {
  await keepExecution(db, execution)
  await db.change(
    sql`UPDATE p2c_sync_execution SET state = 'finished', finished_on = ${now()} WHERE execution_id = ${execution.id}`,
  )
}

/** The execution with more counted in its leg. */
export function counted(
  execution: Execution,
  counts: Counts,
  notices: Readonly<Record<string, number>>,
  refused: number,
): Execution {
  const { leg, tally } = execution
  const before = tally.legs[leg]
  const sum: Counts = {
    inserted: before.inserted + counts.inserted,
    updated: before.updated + counts.updated,
    unchanged: before.unchanged + counts.unchanged,
    rejected: before.rejected + counts.rejected,
  }
  const all = { ...tally.notices }
  for (const [key, n] of Object.entries(notices))
    if (n > 0) all[`${leg}|${key}`] = (all[`${leg}|${key}`] ?? 0) + n
  return {
    ...execution,
    tally: { legs: { ...tally.legs, [leg]: sum }, notices: all, refused: tally.refused + refused },
  }
}
