import type { Database } from '../database/database.ts'
import { all, identifier, literal, sql, type Sql } from '../domain/sql.ts'
import { invariants, type Invariant } from '../invariant.ts'
import { customersV2 } from './entities/customers-v2.ts'
import type { Entity } from './entities/entity.ts'
import { leftBehind, movedAway } from './left-behind.ts'
import { projectOf, type Project } from './project.ts'
import { templates } from './templates/all.ts'
import { numberOf, selects, sourceIdOf } from './selection.ts'

/**
 * That targets agree with sources: every row that a template selects is a record or a recorded
 * reject, nobody else is, and every record has arrived where it belongs.
 */
export function syncTruths(db: Database): Invariant[] {
  const projects = templates.map(template => projectOf(template, db.config))
  const inCds = new Set(templates.map(({ legs }) => legs[0].target))
  return [...projects.flatMap(project => truthsOf(db, project)), ...[...inCds].flatMap(strangers)]
}

function truthsOf(db: Database, project: Project): Invariant[] {
  const [toCds, toDestination] = project.legs
  const { organization } = db.config
  const task = literal(project.task)
  const source = numberOf(db, toCds)
  const inCds = sql`FROM ${identifier(toCds.target.table)} AS s WHERE s."Organization_OrganizationId" = ${literal(organization.cds)} AND s.${identifier(toCds.target.number)} = r.key`
  const arrived = sql`FROM ${identifier(toDestination.target.table)} AS t WHERE t."dataAreaId" = ${literal(organization.company)} AND t.${identifier(toDestination.target.number)} = r.key`
  const rejected = (leg: string, sourceId: Sql) =>
    sql`EXISTS (SELECT 1 FROM p2c_sync_reject AS j WHERE j.task = ${task} AND j.leg = ${literal(leg)} AND j.source_id = ${sourceId})`
  const recorded = sql`EXISTS (SELECT 1 FROM p2c_sync_record AS r WHERE r.task = ${task} AND r.key = ${source})`
  const moved = movedAway(db, project)
  return invariants({
    [`rows that ${project.displayName} selects and that are neither taken nor rejected`]: sql`SELECT ${sourceIdOf(db, toCds)} AS source_id, ${source} AS key FROM ${db.names.table(toCds.source)} AS s
      WHERE ${source} > '' AND ${selects(db, toCds)} AND NOT ${recorded} AND NOT ${rejected('source-cds', sourceIdOf(db, toCds))}`,
    [`records of ${project.displayName} that are missing in ${toCds.target.table}`]: sql`SELECT r.key, r.source_id FROM p2c_sync_record AS r WHERE r.task = ${task} AND NOT EXISTS (SELECT 1 ${inCds})`,
    [`records of ${project.displayName} that have no row in Sales which it selects`]: leftBehind(
      db,
      project,
    ),
    [`records of ${project.displayName} that did not arrive in ${toDestination.target.table} and are not rejected`]: sql`SELECT r.key, r.source_id FROM p2c_sync_record AS r WHERE r.task = ${task}
      AND NOT EXISTS (SELECT 1 ${arrived}) AND NOT ${rejected('cds-destination', sql`r.source_id`)}`,
    ...(toDestination.customer === undefined
      ? {}
      : pointsToNobody(project, toDestination.customer, organization.company)),
    ...(moved
      ? {
          [`records in ${toDestination.target.table} under an account that their contact has left`]:
            moved,
        }
      : {}),
  })
}

function pointsToNobody(project: Project, field: string, company: string): Record<string, Sql> {
  const { table, number } = project.legs[1].target
  const customer = sql`SELECT 1 FROM ${identifier(customersV2.table)} AS c WHERE c."dataAreaId" = t."dataAreaId" AND c."CustomerAccount" = t.${identifier(field)}`
  return {
    [`records in ${table} under a customer that is not there`]: sql`SELECT t.${identifier(number)} AS key, t.${identifier(field)} AS customer FROM ${identifier(table)} AS t
      WHERE t."dataAreaId" = ${literal(company)} AND NOT EXISTS (${customer})`,
  }
}

/** Records in a target of CDS that no task has written. */
function strangers(target: Entity): Invariant[] {
  const tasks = templates.filter(({ legs }) => legs[0].target === target).map(({ task }) => task)
  const known = tasks.map(
    task =>
      sql`NOT EXISTS (SELECT 1 FROM p2c_sync_record AS r WHERE r.task = ${literal(task)} AND r.key = s.${identifier(target.number)})`,
  )
  return invariants({
    [`records in ${target.table} that belong to no task`]: sql`SELECT s.${identifier(target.number)} AS key FROM ${identifier(target.table)} AS s WHERE ${all(known)}`,
  })
}
