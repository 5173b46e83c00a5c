import type { Database } from '../database/database.ts'
import { any, literal, raw, sql, type Sql } from '../domain/sql.ts'
import { planTable, type Backfill } from './backfill.ts'

/**
 * Whether p2c gave the row with this GUID this number, in a backfill or by a trigger; else it was
 * there, or somebody else gave it. For many rows at once.
 */
export async function isAssigned(
  db: Database,
  table: Backfill['table'],
  id: Sql,
  number: Sql,
): Promise<Sql> {
  const ways: Sql[] = []
  if (await db.dialect.describeTable(db, 'p2c_given_number'))
    ways.push(
      sql`EXISTS (SELECT 1 FROM p2c_given_number AS g WHERE g.sequence = ${literal(table)} AND g.row_key = ${id} AND g.number = ${number})`,
    )
  const plan = planTable(table)
  if (await db.dialect.describeTable(db, plan.sql))
    ways.push(
      sql`(${id}, ${number}) IN (SELECT ${db.rules.guid(raw('row_key'))}, number FROM ${plan} WHERE number IS NOT NULL)`,
    )
  return any(ways)
}
