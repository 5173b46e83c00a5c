import type { Database } from '../../database/database.ts'
import { field } from '../../domain/names.ts'
import { any, sql, type Sql } from '../../domain/sql.ts'
import type { AuditFile } from '../audit-file.ts'
import { columnOrNull } from '../expressions.ts'
import { asNamed } from '../lines.ts'

/** Every account, and whether its number was there or was given by the upgrade. */
export const accounts: AuditFile = {
  name: 'accounts',
  columns: ['accountid', 'name', 'account_number', 'number_origin'],
  plain: new Set(['number_origin']),
  key: ['accountid'],
  parts: async db => {
    const column = await columnOrNull(db, 'account')
    const id = db.rules.guid(db.names.column('accountid', 'a'))
    const number = column(field.accountNumber, 'a')
    const rows = sql`SELECT ${id} AS accountid, ${column('name', 'a')} AS name, ${number} AS account_number,
        (CASE WHEN ${db.rules.hasNoNumber(number)} THEN NULL WHEN ${await isAssigned(db, id, number)} THEN 'assigned' ELSE 'kept' END) AS number_origin
      FROM ${db.names.table('account')} AS a`
    return [{ rows, order: accounts.key, lines: asNamed }]
  },
}

/** Whether p2c gave this account this number, in a backfill or by a trigger. */
async function isAssigned(db: Database, id: Sql, number: Sql): Promise<Sql> {
  const ways: Sql[] = []
  if (await db.dialect.describeTable(db, 'p2c_given_number'))
    ways.push(
      sql`EXISTS (SELECT 1 FROM p2c_given_number AS g WHERE g.sequence = 'account' AND g.row_key = ${id} AND g.number = ${number})`,
    )
  if (await db.dialect.describeTable(db, 'p2c_plan_account'))
    ways.push(
      sql`(${id}, ${number}) IN (SELECT ${db.rules.guid(sql`row_key`)}, number FROM p2c_plan_account WHERE number IS NOT NULL)`,
    )
  return any(ways)
}
