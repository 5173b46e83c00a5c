import { columnOrNull } from '../audit/expressions.ts'
import { reasonOf, routeOf } from '../audit/route.ts'
import type { Database } from '../database/database.ts'
import { field } from '../domain/names.ts'
import type { ActivitySource } from '../domain/rules.ts'
import { join, literal, raw, sql, type Sql } from '../domain/sql.ts'
import type { FoundContact } from './find-contact.ts'
import type { CompanyFacts, ContactStory, DocumentFacts } from './story.ts'

/** What Sales says, and the rules make of it. */
export type Facts = Pick<ContactStory, 'contact' | 'company' | 'documents' | 'route' | 'reason'> & {
  readonly createdOn: string | null
}

const mostExamples = 5

/** The number that people know a document by. */
const documentNumbers: Readonly<Record<string, string>> = {
  quote: 'quotenumber',
  salesorder: 'ordernumber',
  invoice: 'invoicenumber',
}

interface Row {
  readonly active: unknown
  readonly account: unknown
  readonly should_be_active: unknown
  readonly should_be_account: unknown
  readonly company_id: string | null
  readonly company_type: 'account' | 'contact' | null
  readonly stated_type: string | null
  readonly route: Facts['route']
  readonly reason: string
  readonly created_on: string | null
}

/** The facts of one contact. Before the upgrade its route is the one that it would get. */
export async function factsOf(db: Database, { id, name, number }: FoundContact): Promise<Facts> {
  const { names, rules } = db
  const readFlag = (value: unknown) => db.dialect.readFlag(value)
  const column = await columnOrNull(db, 'contact')
  const contactId = names.column('contactid', 'c')
  const active = column(field.isActiveCustomer, 'c', 'flag')
  const account = column(field.isCompanyAnAccount, 'c', 'flag')
  const decision = {
    isActiveCustomer: sql`coalesce(${active}, ${asFlag(db, rules.isActive(contactId))}) = ${db.dialect.flag(true)}`,
    isCompanyAnAccount: sql`coalesce(${account}, ${asFlag(db, rules.isCompanyAnAccount('c'))}) = ${db.dialect.flag(true)}`,
    companyId: rules.guid(names.column('parentcustomerid', 'c')),
    companyType: rules.companyType('c'),
  }
  const selected = [
    sql`${active} AS active`,
    sql`${account} AS account`,
    sql`${asFlag(db, rules.isActive(contactId))} AS should_be_active`,
    sql`${asFlag(db, rules.isCompanyAnAccount('c'))} AS should_be_account`,
    sql`${decision.companyId} AS company_id`,
    sql`${decision.companyType} AS company_type`,
    sql`${rules.customerType(names.column('parentcustomeridtype', 'c'))} AS stated_type`,
    sql`${routeOf(decision)} AS route`,
    sql`${reasonOf(decision)} AS reason`,
    sql`${column('createdon', 'c')} AS created_on`,
  ]
  const row = await db.row<Row>(
    sql`SELECT ${join(selected)} FROM ${names.table('contact')} AS c WHERE ${rules.hasGuid('contact', 'c', literal(id))}`,
  )
  if (!row) throw new RangeError(`the contact ${id} has just gone`)
  return {
    contact: {
      id,
      name,
      number,
      isActiveCustomer: {
        is: readFlag(row.active),
        shouldBe: readFlag(row.should_be_active) ?? false,
      },
      isCompanyAnAccount: {
        is: readFlag(row.account),
        shouldBe: readFlag(row.should_be_account) ?? false,
      },
    },
    company: await companyOf(db, row),
    documents: await Promise.all(rules.sources.map(source => documentsOf(db, source, id))),
    route: row.route,
    reason: row.reason,
    createdOn: row.created_on,
  }
}

/** A condition as the flag columns hold it. */
function asFlag(db: Database, condition: Sql): Sql {
  return sql`(CASE WHEN ${condition} THEN ${db.dialect.flag(true)} ELSE ${db.dialect.flag(false)} END)`
}

async function companyOf(db: Database, row: Row): Promise<CompanyFacts | null> {
  const { company_id: id, company_type: type, stated_type } = row
  if (id === null) return null
  const nobody = { id, type, isTypeStated: stated_type !== null, name: null, number: null }
  if (type === null) return nobody
  const column = await columnOrNull(db, type)
  const [name, number] =
    type === 'account' ? ['name', field.accountNumber] : ['fullname', field.contactNumber]
  const found = await db.row<{ name: string | null; number: string | null }>(
    sql`SELECT ${column(name, 'p')} AS name, ${column(number, 'p')} AS number FROM ${db.names.table(type)} AS p WHERE ${db.rules.hasGuid(type, 'p', literal(id))}`,
  )
  return { ...nobody, ...found }
}

async function documentsOf(
  db: Database,
  source: ActivitySource,
  id: string,
): Promise<DocumentFacts> {
  const from = db.rules.documentsOf(source, literal(id))
  const counted = await db.row<{ n: number }>(sql`SELECT count(*) AS n ${from}`)
  const number = documentNumbers[source.table]
  const shown =
    number === undefined ? raw('NULL') : (await columnOrNull(db, source.table))(number, 'd')
  const key = db.rules.keyText(db.names.column(source.key, 'd'))
  const examples = await db.rows<DocumentFacts['examples'][number]>(
    sql`SELECT ${key} AS id, ${shown} AS number ${from} ORDER BY 1 LIMIT ${mostExamples}`,
  )
  return { table: source.table, count: Number(counted?.n ?? 0), examples }
}
