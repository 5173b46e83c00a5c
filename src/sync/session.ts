import type { Database } from '../database/database.ts'
import { now, type Run } from '../database/history.ts'
import { sql, type Sql } from '../domain/sql.ts'
import { asItStands, fresh, keepExecution, type Execution, type SyncMode } from './execution.ts'
import { forgetParts, partsOf } from './parts.ts'
import type { TemplateName } from './template.ts'

interface ExecutionRow {
  readonly execution_id: number
  readonly state: Execution['state']
  readonly task: string
  readonly mode: SyncMode
  readonly leg: Execution['leg']
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
    sql`SELECT execution_id, state, task, mode, leg, tally FROM p2c_sync_execution WHERE session IN (${session}) ORDER BY execution_id`,
  )
  return rows.map(row => ({
    id: Number(row.execution_id),
    state: row.state,
    task: row.task,
    mode: row.mode,
    leg: row.leg,
    tally: JSON.parse(row.tally) as Execution['tally'],
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
        sql`INSERT INTO p2c_sync_execution (execution_id, session, run_id, template, task, mode, state, leg, tally, started_on)
          VALUES (${id}, ${session}, ${run.id}, ${name}, ${task}, ${mode}, ${fresh.state}, ${fresh.leg}, ${JSON.stringify(fresh.tally)}, ${now()})`,
      )
    }
    return executions
  })
}

/**
 * Writes down that nothing goes on with the session that is unfinished: the next begins anew. What it
 * counted is kept.
 */
export async function giveUpSession(db: Database): Promise<void> {
  for (const execution of await unfinishedSession(db))
    if (execution.state === 'running')
      await keepExecution(db, asItStands(execution, await partsOf(db, execution)))
  await db.change(
    sql`UPDATE p2c_sync_execution SET state = 'superseded', finished_on = ${now()} WHERE state IN ('waiting', 'running')`,
  )
  await forgetParts(db)
}
