import type { Database } from '../database/database.ts'
import { identifier, literal, raw, sql, type Sql } from '../domain/sql.ts'
import type { Project } from './project.ts'
import { numberOf, selects, sourceIdOf } from './selection.ts'

/**
 * Records of a task whose row in Sales is no longer selected: it was deleted, has another number,
 * or takes another route now. They are left as they are, and told.
 */
export function leftBehind(db: Database, project: Project): Sql {
  const [leg] = project.legs
  return sql`SELECT r.key, r.source_id FROM p2c_sync_record AS r WHERE r.task = ${literal(project.task)} AND NOT EXISTS (
    SELECT 1 FROM ${db.names.table(leg.source)} AS s WHERE ${numberOf(db, leg)} = r.key AND ${sourceIdOf(db, leg)} = r.source_id AND ${selects(db, leg)})`
}

/**
 * Contact persons of Finance and Operations under an account where their contact no longer is:
 * the account is part of their key, so a contact that moved has a second one.
 */
export function movedAway(db: Database, project: Project): Sql | undefined {
  const [, leg] = project.legs
  if (leg.customer === undefined) return undefined
  const { organization } = db.config
  const under = leg.maps.find(map => map.to === leg.customer)?.from[0] ?? ''
  const number = identifier(leg.target.number)
  return sql`SELECT t.${number} AS key, t.${identifier(leg.customer)} AS customer FROM ${identifier(leg.target.table)} AS t
    JOIN ${identifier(leg.source)} AS s ON s."Organization_OrganizationId" = ${literal(organization.cds)} AND s.${identifier(leg.number)} = t.${number}
    WHERE t."dataAreaId" = ${literal(organization.company)} AND t.${identifier(leg.customer)} <> s.${identifier(under)}`
}

/** How many records a task left behind, in both its targets. */
export async function countLeftBehind(
  db: Database,
  project: Project,
  taken: number,
): Promise<number> {
  const count = async (query: Sql) => {
    const row = await db.row<{ n: number }>(sql`SELECT count(*) AS n FROM (${query}) AS found`)
    return Number(row?.n ?? 0)
  }
  const records = await count(
    sql`SELECT ${raw('1')} FROM p2c_sync_record WHERE task = ${literal(project.task)}`,
  )
  // Every row that was taken has its record; only where there are more, it is worth to look.
  const gone = records > taken ? await count(leftBehind(db, project)) : 0
  const moved = movedAway(db, project)
  return gone + (moved ? await count(moved) : 0)
}
