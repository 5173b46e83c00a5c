import type { Database } from '../database/database.ts'
import { now, type Run } from '../database/history.ts'
import { sql, type Sql } from '../domain/sql.ts'
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
  readonly state: 'waiting' | 'running' | 'finished'
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

const fresh = {
  state: 'waiting',
  leg: 'source-cds',
  cursor: '',
  done: 0,
  tally: nothing,
} as const

interface ExecutionRow {
  readonly execution_id: number
  readonly state: Execution['state']
  readonly task: string
  readonly mode: SyncMode
  readonly leg: LegName
  readonly leg_cursor: string
  readonly done: number
  readonly tally: string
}

/**
 * The executions that were begun together, where some of them were stopped or killed before their
 * end: the finished ones, the one that is under way, and those that are still waiting. None where
 * the last session came to its end.
 */
export function unfinishedSession(db: Database): Promise<Execution[]> {
  return sessionOf(
    db,
    sql`SELECT session FROM p2c_sync_execution WHERE state IN ('waiting', 'running')`,
  )
}

/** The executions of the last full sync that came to its end; none where there was none. */
export function finishedFullSession(db: Database): Promise<Execution[]> {
  return sessionOf(
    db,
    sql`SELECT max(session) FROM p2c_sync_execution AS f WHERE mode = 'full' AND state = 'finished'
      AND NOT EXISTS (SELECT 1 FROM p2c_sync_execution AS u WHERE u.session = f.session AND u.state <> 'finished')`,
  )
}

async function sessionOf(db: Database, session: Sql): Promise<Execution[]> {
  const rows = await db.rows<ExecutionRow>(
    sql`SELECT execution_id, state, task, mode, leg, leg_cursor, done, tally FROM p2c_sync_execution WHERE session IN (${session}) ORDER BY execution_id`,
  )
  return rows.map(row => ({
    id: Number(row.execution_id),
    state: row.state,
    task: row.task,
    mode: row.mode,
    leg: row.leg,
    cursor: row.leg_cursor,
    done: Number(row.done),
    tally: JSON.parse(row.tally) as Tally,
  }))
}

/**
 * Begins an execution of each of these tasks; the first runs, the others wait. They are written
 * down together, so that a run which goes on does none of them twice. A session that is unfinished
 * is given up for this one.
 *
 * @param also what else has to happen in the same transaction
 */
export function beginSession(
  db: Database,
  run: Run,
  projects: readonly { readonly name: TemplateName; readonly task: string }[],
  mode: SyncMode,
  also: () => Promise<void>,
): Promise<Execution[]> {
  return db.transaction(async () => {
    const last = await db.row<{ id: number | null }>(
      sql`SELECT max(execution_id) AS id FROM p2c_sync_execution`,
    )
    const session = Number(last?.id ?? 0) + 1
    await giveUpSession(db)
    await also()
    const executions: Execution[] = []
    for (const [i, { name, task }] of projects.entries()) {
      const id = session + i
      executions.push({ ...fresh, id, task, mode })
      await db.change(
        sql`INSERT INTO p2c_sync_execution (execution_id, session, run_id, template, task, mode, state, leg, leg_cursor, done, tally, started_on)
          VALUES (${id}, ${session}, ${run.id}, ${name}, ${task}, ${mode}, ${fresh.state}, ${fresh.leg}, ${fresh.cursor}, 0, ${JSON.stringify(nothing)}, ${now()})`,
      )
    }
    return executions
  })
}

/** Writes down that nothing goes on with the session that is unfinished: the next begins anew. */
export async function giveUpSession(db: Database): Promise<void> {
  await db.change(
    sql`UPDATE p2c_sync_execution SET state = 'superseded', finished_on = ${now()} WHERE state IN ('waiting', 'running')`,
  )
}

/** Writes down that it is an execution's turn. */
export async function startExecution(db: Database, execution: Execution): Promise<Execution> {
  if (execution.state === 'waiting')
    await db.change(
      sql`UPDATE p2c_sync_execution SET state = 'running', started_on = ${now()} WHERE execution_id = ${execution.id}`,
    )
  return { ...execution, state: 'running' }
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
