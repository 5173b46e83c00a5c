import type { Database } from '../database/database.ts'
import { identifier, literal, raw, sql, type Sql } from '../domain/sql.ts'
import type { SyncMode, Tally } from './execution.ts'
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

/**
 * Of the records that a task left behind, those whose contact another task has delivered by now:
 * it is two parties in Finance and Operations, a customer and a contact person.
 */
export function partiesTwice(db: Database, project: Project): Sql {
  return sql`SELECT l.key FROM (${leftBehind(db, project)}) AS l WHERE EXISTS (
    SELECT 1 FROM p2c_sync_record AS o WHERE o.key = l.key AND o.source_id = l.source_id AND o.task <> ${literal(project.task)})`
}

/**
 * How many records a task left behind, in both its targets; in a sync of what changed, those whose
 * rows were written.
 */
export async function countLeftBehind(
  db: Database,
  project: Project,
  mode: SyncMode,
  { legs }: Tally,
): Promise<number> {
  const count = async (query: Sql) => {
    const row = await db.row<{ n: number }>(sql`SELECT count(*) AS n FROM (${query}) AS found`)
    return Number(row?.n ?? 0)
  }
  const { inserted, updated, unchanged } = legs['source-cds']
  // Where all records are new, none can have another from before.
  const moved = updated + unchanged > 0 ? movedAway(db, project) : undefined
  return (await countGone()) + (moved ? await count(moved) : 0)

  async function countGone(): Promise<number> {
    if (mode === 'changed') {
      const written = sql`SELECT row_key FROM p2c_taken_row WHERE table_name = ${project.legs[0].source}`
      if (!(await db.row(written))) return 0
      return count(sql`${leftBehind(db, project)} AND r.source_id IN (${written})`)
    }
    const records = await count(
      sql`SELECT ${raw('1')} FROM p2c_sync_record WHERE task = ${literal(project.task)}`,
    )
    // Every row that was taken has its record; only where there are more, it is worth to look.
    return records > inserted + updated + unchanged ? count(leftBehind(db, project)) : 0
  }
}
