import type { Database } from '../database/database.ts'
import { sql } from '../domain/sql.ts'
import { sumOf, type Execution, type LegTally } from './execution.ts'
import type { KeyRange } from './walk.ts'

/**
 * A part of a leg, gone through by one worker from its beginning to its end. The parts of a leg are
 * fixed once and kept: each has a cursor of its own, so that no worker waits for another's commit.
 */
export interface Part extends KeyRange {
  /** The key up to which it is done. */
  readonly cursor: string
  /** Rows walked. */
  readonly done: number
  readonly tally: LegTally
}

interface PartRow {
  readonly after_key: string
  readonly last_key: string | null
  readonly leg_cursor: string
  readonly done: number
  readonly tally: string
}

/** The parts of the leg that an execution is in; none where it has not been divided yet. */
export async function partsOf(db: Database, { id }: Pick<Execution, 'id'>): Promise<Part[]> {
  const rows = await db.rows<PartRow>(
    sql`SELECT after_key, last_key, leg_cursor, done, tally FROM p2c_sync_part WHERE execution_id = ${id} ORDER BY after_key`,
  )
  return rows.map(row => ({
    after: row.after_key,
    last: row.last_key,
    cursor: row.leg_cursor,
    done: Number(row.done),
    tally: JSON.parse(row.tally) as LegTally,
  }))
}

/** Divides a leg by these keys, and keeps its parts. */
export async function divide(
  db: Database,
  execution: Execution,
  bounds: readonly string[],
): Promise<Part[]> {
  const parts = ['', ...bounds].map((after, i): Part => {
    return { after, last: bounds[i] ?? null, cursor: after, done: 0, tally: sumOf([]) }
  })
  await db.transaction(async () => {
    for (const { after, last, cursor, done, tally } of parts)
      await db.change(
        sql`INSERT INTO p2c_sync_part (execution_id, after_key, last_key, leg_cursor, done, tally)
          VALUES (${execution.id}, ${after}, ${last}, ${cursor}, ${done}, ${JSON.stringify(tally)})`,
      )
  })
  return parts
}

/** Writes down how far a part got; called inside the transaction of what was done. */
export async function keepPart(db: Database, execution: Execution, part: Part): Promise<void> {
  const { after, cursor, done, tally } = part
  await db.change(
    sql`UPDATE p2c_sync_part SET leg_cursor = ${cursor}, done = ${done}, tally = ${JSON.stringify(tally)} WHERE execution_id = ${execution.id} AND after_key = ${after}`,
  )
}

/** Forgets the parts of all legs: whoever comes next divides anew. */
export async function forgetParts(db: Database): Promise<void> {
  await db.change(sql`DELETE FROM p2c_sync_part`)
}
