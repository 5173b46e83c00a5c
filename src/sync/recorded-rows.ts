import type { Database } from '../database/database.ts'
import { all, identifier, literal, sql, type Sql } from '../domain/sql.ts'
import { bordersOf, partsWorth } from './bounds.ts'
import type { Execution } from './execution.ts'
import type { ProjectLeg } from './project.ts'
import type { Ground, KeyRange, Stretch, Way } from './walk.ts'

/**
 * What a leg goes through that reads CDS: only what its task wrote there; all of it, or what it wrote
 * now or could not deliver before.
 */
export async function recordedRows(
  db: Database,
  execution: Execution,
  leg: ProjectLeg,
): Promise<Ground> {
  const organization = literal(db.config.organization.cds)
  const own = sql`w.task = ${literal(execution.task)}`
  const open = sql`(w.execution_id = ${literal(execution.id)} OR EXISTS (SELECT 1 FROM p2c_sync_reject AS j WHERE j.task = w.task AND j.leg = ${literal(leg.name)} AND j.source_id = w.source_id))`
  const condition = execution.mode === 'full' ? own : all([own, open])
  const number = sql`s.${identifier(leg.number)}`
  const length = await count(db, condition)
  return {
    bounds: async workers => {
      const borders = bordersOf(length, partsWorth(db, length, workers))
      const keys = borders.map(border => keyAt(db, condition, border - 1))
      return (await Promise.all(keys)).filter(key => key !== undefined)
    },
    walk: (_, parts) =>
      Promise.resolve({
        join: sql`JOIN ${identifier(leg.source)} AS s ON s."Organization_OrganizationId" = ${organization} AND ${number} = w.key`,
        length,
        isObserved: () => Promise.resolve(false),
        ways: parts.map(part => wayThroughRecords(condition, number, part)),
      }),
  }
}

const from = sql`p2c_sync_record AS w`

async function count(db: Database, within: Sql): Promise<number> {
  const row = await db.row<{ n: number }>(sql`SELECT count(*) AS n FROM ${from} WHERE ${within}`)
  return Number(row?.n ?? 0)
}

async function keyAt(db: Database, within: Sql, offset: number): Promise<string | undefined> {
  const row = await db.row<{ key: string }>(
    sql`SELECT w.key FROM ${from} WHERE ${within} ORDER BY w.key LIMIT 1 OFFSET ${offset}`,
  )
  return row?.key
}

function wayThroughRecords(condition: Sql, number: Sql, { last: end }: KeyRange): Way {
  const inWalk = (after: string, last: string | null) =>
    all([condition, sql`w.key > ${after}`, ...(last === null ? [] : [sql`w.key <= ${last}`])])
  const between = (after: string, last: string, rows: number): Stretch => ({
    after,
    last,
    rows,
    from,
    within: inWalk(after, last),
    sourceWithin: sql`(${number} > ${after} AND ${number} <= ${last})`,
  })
  const rest = async (db: Database, after: string) => {
    const within = inWalk(after, end)
    const last = await db.row<{ key: string }>(
      sql`SELECT w.key FROM ${from} WHERE ${within} ORDER BY w.key DESC LIMIT 1`,
    )
    return last && between(after, last.key, await count(db, within))
  }
  return {
    next: async (db, after, rows) => {
      const last = await keyAt(db, inWalk(after, end), rows - 1)
      return last === undefined ? rest(db, after) : between(after, last, rows)
    },
    halve: async (db, { after, last, rows }) => {
      const half = Math.floor(rows / 2)
      const middle = half < 1 ? undefined : await keyAt(db, inWalk(after, null), half - 1)
      if (middle === undefined) return null
      return [between(after, middle, half), between(middle, last, rows - half)]
    },
  }
}
