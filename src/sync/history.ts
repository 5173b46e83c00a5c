import type { Database } from '../database/database.ts'
import { sql } from '../domain/sql.ts'
import { asItStands, type Execution, type SyncMode, type Tally } from './execution.ts'
import { partsOf } from './parts.ts'
import { legResults, statusOf, type LegResult, type SyncStatus } from './status.ts'
import type { TemplateName } from './template.ts'

/** An execution as the Data Integrator's history tells it. */
export interface PastExecution {
  readonly id: number
  readonly runId: string
  readonly template: TemplateName
  readonly task: string
  readonly mode: SyncMode
  /** null while it is not finished, or where a later one took its place. */
  readonly status: SyncStatus | null
  readonly state: 'waiting' | 'running' | 'finished' | 'superseded'
  readonly startedOn: string
  readonly finishedOn: string | null
  readonly legs: readonly LegResult[]
}

interface Row {
  readonly execution_id: number
  readonly run_id: string
  readonly template: TemplateName
  readonly task: string
  readonly mode: SyncMode
  readonly state: PastExecution['state']
  readonly leg: Execution['leg']
  readonly tally: string
  readonly started_on: string
  readonly finished_on: string | null
}

const mostTold = 30

/** The last executions of the sync, the latest first; none before the first. Only reads. */
export async function syncHistory(db: Database): Promise<PastExecution[]> {
  if (!(await db.dialect.describeTable(db, 'p2c_sync_execution'))) return []
  const rows = await db.rows<Row>(
    sql`SELECT execution_id, run_id, template, task, mode, state, leg, tally, started_on, finished_on FROM p2c_sync_execution ORDER BY execution_id DESC LIMIT ${mostTold}`,
  )
  const executions: PastExecution[] = []
  for (const row of rows) executions.push(await told(db, row))
  return executions
}

async function told(db: Database, row: Row): Promise<PastExecution> {
  const { leg, state } = row
  const begun = { id: Number(row.execution_id), tally: JSON.parse(row.tally) as Tally, leg }
  const { id, tally } = state === 'running' ? asItStands(begun, await partsOf(db, begun)) : begun
  return {
    id,
    runId: row.run_id,
    template: row.template,
    task: row.task,
    mode: row.mode,
    status: state === 'finished' ? statusOf(tally) : null,
    state,
    startedOn: row.started_on,
    finishedOn: row.finished_on,
    legs: legResults(tally),
  }
}
