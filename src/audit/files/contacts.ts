import type { Database } from '../../database/database.ts'
import { field } from '../../domain/names.ts'
import { join, raw, sql, type Sql } from '../../domain/sql.ts'
import type { AuditFile } from '../audit-file.ts'
import { columnOrNull, yesOrNo } from '../expressions.ts'
import { asNamed } from '../lines.ts'
import { reasonOf, routeOf } from '../route.ts'

/** The column in which the rows of a source of activity are counted. */
const countedAs: Readonly<Record<string, string>> = {
  quote: 'quotes',
  contactquotes: 'quotes',
  salesorder: 'orders',
  contactorders: 'orders',
  invoice: 'invoices',
  contactinvoices: 'invoices',
}

const counts = ['quotes', 'orders', 'invoices'] as const

/**
 * Every contact: its number and flags, the documents that count, and where it goes and why. Before
 * the upgrade number and flags are empty, and the route is the one that it would give.
 */
export const contacts: AuditFile = {
  name: 'contacts',
  columns: [
    'contactid',
    'fullname',
    'contact_number',
    'is_active_customer',
    'is_company_an_account',
    ...counts,
    'company_id',
    'company_type',
    'route',
    'reason',
  ],
  plain: new Set([
    'is_active_customer',
    'is_company_an_account',
    ...counts,
    'company_type',
    'route',
    'reason',
  ]),
  key: ['contactid'],
  parts: async db => {
    const decision = {
      isActiveCustomer: sql`coalesce(is_active, documents > 0)`,
      isCompanyAnAccount: sql`coalesce(is_account, coalesce(company_type, '') = 'account')`,
      companyId: raw('company_id'),
      companyType: raw('company_type'),
    }
    const rows = sql`SELECT contactid, fullname, contact_number, ${yesOrNo(raw('is_active'))} AS is_active_customer,
        ${yesOrNo(raw('is_account'))} AS is_company_an_account, quotes, orders, invoices, company_id, company_type,
        ${routeOf(decision)} AS route, ${reasonOf(decision)} AS reason
      FROM (${await facts(db)} ${db.dialect.computedOnce}) AS facts`
    return [{ rows, order: contacts.key, lines: asNamed }]
  },
}

async function facts(db: Database): Promise<Sql> {
  const { names, rules } = db
  const column = await columnOrNull(db, 'contact')
  const id = rules.guid(names.column('contactid', 'c'))
  const each = counts.map(count => sql`coalesce(a.${raw(count)}, 0) AS ${raw(count)}`)
  return sql`SELECT ${id} AS contactid, ${column('fullname', 'c')} AS fullname,
      ${column(field.contactNumber, 'c')} AS contact_number, ${column(field.isActiveCustomer, 'c', 'flag')} AS is_active,
      ${column(field.isCompanyAnAccount, 'c', 'flag')} AS is_account, ${join(each, ', ')}, coalesce(a.documents, 0) AS documents,
      ${rules.guid(names.column('parentcustomerid', 'c'))} AS company_id,
      ${rules.companyType('c', 'in the whole table')} AS company_type
    FROM ${names.table('contact')} AS c LEFT JOIN (${activity(db)}) AS a ON a.id = ${id}`
}

/** How many documents of each kind a contact has; a row for each that has any. */
function activity({ names, rules, dialect }: Database): Sql {
  const sources = rules.sources.map(source => {
    const customer = names.column(source.customer)
    const ones = counts.map(count =>
      raw(`${countedAs[source.table] === count ? 1 : 0} AS ${count}`),
    )
    return sql`SELECT ${rules.guid(customer)} AS id, ${join(ones, ', ')} FROM ${names.table(source.table)} ${dialect.readWhole} WHERE ${customer} IS NOT NULL AND ${rules.mayBeContact(source)}`
  })
  const sums = counts.map(count => raw(`sum(${count}) AS ${count}`))
  return sql`SELECT id, ${join(sums, ', ')}, count(*) AS documents FROM (${join(sources, ' UNION ALL ')}) AS each_document GROUP BY id`
}
