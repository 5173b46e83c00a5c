import type { Database } from '../../database/database.ts'
import { field } from '../../domain/names.ts'
import { raw, sql, type Sql } from '../../domain/sql.ts'
import type { AuditFile } from '../audit-file.ts'
import { orderBy } from '../expressions.ts'
import { reasonOf } from '../route.ts'

/** What became of every record in both legs of each task, and which contacts go nowhere. */
export const sync: AuditFile = {
  name: 'sync',
  columns: ['template', 'task', 'leg', 'source_id', 'key', 'outcome', 'code', 'message'],
  key: ['template', 'task', 'leg', 'source_id'],
  query: async db => {
    if (!(await db.dialect.describeTable(db, 'p2c_sync_outcome'))) return null
    const outcomes = sql`SELECT template, task, leg, ${db.rules.guid(raw('source_id'))} AS source_id, key, outcome, code, message FROM p2c_sync_outcome`
    const parts = (await wereContactsSynced(db))
      ? sql`${outcomes} UNION ALL ${skippedContacts(db)}`
      : outcomes
    return sql`SELECT * FROM (${parts}) AS records ${orderBy(db, [...sync.key, 'outcome'])}`
  },
}

async function wereContactsSynced(db: Database): Promise<boolean> {
  const execution = await db.row(
    sql`SELECT 1 AS found FROM p2c_sync_execution WHERE template = 'contacts' LIMIT 1`,
  )
  return execution !== undefined
}

/** A contact that is neither an active customer nor under an account is not sent anywhere. */
function skippedContacts(db: Database): Sql {
  const { names, rules, dialect } = db
  const isNo = (column: string) =>
    sql`coalesce(${names.column(column, 'c')}, ${dialect.flag(false)}) = ${dialect.flag(false)}`
  const reason = reasonOf({
    isActiveCustomer: sql`1 = 0`,
    isCompanyAnAccount: sql`1 = 0`,
    companyId: names.column('parentcustomerid', 'c'),
    companyType: rules.companyType('c', 'in the whole table'),
  })
  return sql`SELECT 'contacts', 'Contacts', 'source-cds', id, number, 'skipped', upper(replace(reason, '-', '_')),
      (CASE reason WHEN 'no-company' THEN 'No quote, order or invoice, and no company'
        WHEN 'company-is-contact' THEN 'No quote, order or invoice, and the company is a contact'
        ELSE 'No quote, order or invoice, and the company is not known as an account' END)
    FROM (SELECT ${rules.guid(names.column('contactid', 'c'))} AS id, ${names.column(field.contactNumber, 'c')} AS number, ${reason} AS reason
      FROM ${names.table('contact')} AS c WHERE ${isNo(field.isActiveCustomer)} AND ${isNo(field.isCompanyAnAccount)}) AS skipped`
}
