import type { Database } from '../database/database.ts'
import { salesTable, type SalesTableName } from '../domain/sales.ts'
import { join, sql, type Sql } from '../domain/sql.ts'
import { companyAttributes } from './lookup-tables.ts'
import type { Project, ProjectLeg } from './project.ts'
import { numberOf, sourceIdOf } from './selection.ts'
import { accounts } from './templates/accounts.ts'
import { makeWorkTable } from './work-tables.ts'

/**
 * Makes the table of the rows of Sales that a sync of what changed must look at, by their
 * GUIDs: those that were written, or rejected before; contacts under such accounts; and whoever has
 * the number that one of these has or had, since a number belongs to one row.
 *
 * @returns how many they are; rows that are gone count too
 */
export async function makeAffected(
  db: Database,
  { task }: Project,
  leg: ProjectLeg,
): Promise<number> {
  const { names, rules } = db
  const table = salesTable(leg.source as SalesTableName)
  const source = sql`${names.table(table.name)} AS s`
  await makeWorkTable(db, 'affected', 'guid text NOT NULL PRIMARY KEY')
  const written = [
    sql`SELECT row_key FROM p2c_taken_row WHERE table_name = ${table.name}`,
    sql`SELECT source_id FROM p2c_sync_reject WHERE task = ${task}`,
  ]
  const companies = sql`SELECT row_key FROM p2c_taken_row WHERE table_name = 'account' UNION SELECT source_id FROM p2c_sync_reject WHERE task = ${accounts.task}`
  if (companyAttributes(leg).length > 0 && (await db.row(companies)))
    written.push(
      sql`SELECT ${sourceIdOf(db, leg)} FROM ${source} WHERE ${rules.guid(names.column('parentcustomerid', 's'))} IN (${companies})`,
    )
  const add = (rows: Sql) =>
    db.change(
      sql`WITH f (guid) AS (${rows}) INSERT INTO p2c_sync_affected (guid) SELECT f.guid FROM f WHERE f.guid IS NOT NULL ON CONFLICT DO NOTHING`,
    )
  const found = await add(join(written, ' UNION '))
  if (found === 0) return 0
  const its = sql`SELECT ${numberOf(db, leg)} FROM p2c_sync_affected AS f JOIN ${source} ON ${rules.hasGuid(table.name, 's', sql`f.guid`)}`
  const had = sql`SELECT r.key FROM p2c_sync_record AS r WHERE r.task = ${task} AND r.source_id IN (SELECT f.guid FROM p2c_sync_affected AS f)`
  return (
    found +
    (await add(
      sql`SELECT ${sourceIdOf(db, leg)} FROM ${source} WHERE ${numberOf(db, leg)} IN (${its} UNION ${had}) AND ${numberOf(db, leg)} > ''`,
    ))
  )
}
