import type { Database } from '../../database/database.ts'
import { field } from '../../domain/names.ts'
import { raw, sql, type Sql } from '../../domain/sql.ts'
import type { AuditFile, Part } from '../audit-file.ts'
import { asNamed } from '../lines.ts'
import { reasonOf } from '../route.ts'

/** What became of every record in both legs of each task, and which contacts go nowhere. */
export const sync: AuditFile = {
  name: 'sync',
  columns: ['template', 'task', 'leg', 'source_id', 'key', 'outcome', 'code', 'message'],
  plain: new Set(['template', 'task', 'leg', 'outcome', 'code']),
  key: ['template', 'task', 'leg', 'source_id'],
  parts: async db => {
    if (!(await db.dialect.describeTable(db, 'p2c_sync_outcome'))) return []
    const tasks = await db.rows<Task>(
      sql`SELECT DISTINCT template, task FROM p2c_sync_execution ORDER BY template, task`,
    )
    return tasks.flatMap(task => legs.map(leg => partOf(db, task, leg)))
  },
}

interface Task {
  readonly template: string
  readonly task: string
}

/** In the order of their bytes. */
const legs = ['cds-destination', 'source-cds'] as const

/** Each leg of a task by itself: what all its records have in common need not be sorted by. */
function partOf(db: Database, { template, task }: Task, leg: string): Part {
  const outcomes = sql`SELECT template, task, leg, ${db.rules.guid(raw('source_id'))} AS source_id, key, outcome, code, message
    FROM p2c_sync_outcome WHERE template = ${template} AND task = ${task} AND leg = ${leg}`
  const tellsSkipped = template === 'contacts' && leg === 'source-cds'
  return {
    rows: tellsSkipped
      ? sql`SELECT * FROM (${outcomes} UNION ALL ${skippedContacts(db)}) AS records`
      : outcomes,
    order: ['source_id', 'outcome'],
    lines: asNamed,
  }
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
