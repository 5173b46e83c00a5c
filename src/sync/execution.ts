import type { Database } from '../database/database.ts'
import { now } from '../database/history.ts'
import { sql } from '../domain/sql.ts'
import type { LegName } from './template.ts'

export type SyncMode = 'full' | 'changed' | 'retry'

/** What became of the records of a leg. */
export interface Counts {
  readonly inserted: number
  readonly updated: number
  readonly unchanged: number
  readonly rejected: number
}

/** What was counted in a leg, or in a part of one. */
export interface LegTally {
  readonly counts: Counts
  /** Records by `code|field`. */
  readonly notices: Readonly<Record<string, number>>
  /** Records that the database refused. */
  readonly refused: number
}

/** What an execution counted in the legs that are through. */
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
  /** The leg that is next or under way; how far it got, its parts know. */
  readonly leg: LegName
  readonly tally: Tally
}

const noCounts: Counts = { inserted: 0, updated: 0, unchanged: 0, rejected: 0 }
const nothing: LegTally = { counts: noCounts, notices: {}, refused: 0 }

/** An execution that has not begun. */
export const fresh = {
  state: 'waiting',
  leg: 'source-cds',
  tally: {
    legs: { 'source-cds': noCounts, 'cds-destination': noCounts },
    notices: {},
    refused: 0,
  },
} as const

/** Writes down that it is an execution's turn. */
export async function startExecution(db: Database, execution: Execution): Promise<Execution> {
  if (execution.state === 'waiting')
    await db.change(
      sql`UPDATE p2c_sync_execution SET state = 'running', started_on = ${now()} WHERE execution_id = ${execution.id}`,
    )
  return { ...execution, state: 'running' }
}

/** Writes down in which leg an execution is, and what it counted before. */
export async function keepExecution(db: Database, { id, leg, tally }: Execution): Promise<void> {
  await db.change(
    sql`UPDATE p2c_sync_execution SET leg = ${leg}, tally = ${JSON.stringify(tally)} WHERE execution_id = ${id}`,
  )
}

/** Writes down that both legs are through. */
export async function finishExecution(db: Database, execution: Execution): Promise<void> {
  await keepExecution(db, execution)
  await db.change(
    sql`UPDATE p2c_sync_execution SET state = 'finished', finished_on = ${now()} WHERE execution_id = ${execution.id}`,
  )
}

/** The execution with what the parts of its leg have counted. */
export function asItStands<Some extends Pick<Execution, 'leg' | 'tally'>>(
  execution: Some,
  parts: readonly { readonly tally: LegTally }[],
): Some {
  const { leg, tally } = execution
  const { counts, notices, refused } = sumOf(parts.map(part => part.tally))
  const ofLeg = Object.entries(notices).map(([notice, n]): [string, number] => [
    `${leg}|${notice}`,
    n,
  ])
  return {
    ...execution,
    tally: {
      legs: { ...tally.legs, [leg]: counts },
      notices: { ...tally.notices, ...Object.fromEntries(ofLeg) },
      refused: tally.refused + refused,
    },
  }
}

/** The sum of what was counted. */
export function sumOf(tallies: readonly LegTally[]): LegTally {
  return tallies.reduce(
    (sum, { counts, notices, refused }) => ({
      counts: {
        inserted: sum.counts.inserted + counts.inserted,
        updated: sum.counts.updated + counts.updated,
        unchanged: sum.counts.unchanged + counts.unchanged,
        rejected: sum.counts.rejected + counts.rejected,
      },
      notices: withNotices(sum.notices, notices),
      refused: sum.refused + refused,
    }),
    nothing,
  )
}

function withNotices(
  sum: LegTally['notices'],
  notices: LegTally['notices'],
): Record<string, number> {
  const all = { ...sum }
  for (const [notice, n] of Object.entries(notices)) if (n > 0) all[notice] = (all[notice] ?? 0) + n
  return all
}
