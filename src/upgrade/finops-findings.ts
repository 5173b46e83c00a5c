import { columnOrNull } from '../audit/expressions.ts'
import { amount } from '../amount.ts'
import { shownExamples, type Finding } from '../check/finding.ts'
import type { Database } from '../database/database.ts'
import { field } from '../domain/names.ts'
import { join, sql, type Sql } from '../domain/sql.ts'
import { customersV2 } from '../sync/entities/customers-v2.ts'
import { comparable, knowsParties, parties } from '../sync/finops-parties.ts'

/**
 * Numbers of Sales that are customers of Finance and Operations already: whether they are the same,
 * which the sync overwrites, or somebody else, whom it spares.
 */
export async function finopsFindings(db: Database): Promise<Finding[]> {
  if (!(await knowsParties(db, customersV2))) return []
  const sources = [await accountNames(db), await contactNames(db)]
  const found = async (isMeant: Sql) => {
    const each = sources.map(
      source =>
        sql`SELECT f.number, f.name AS there, s.name AS here FROM (${source}) AS s JOIN ${parties} ON f.entity = ${customersV2.name}
          AND f.company = ${db.config.organization.company} AND f.number = s.number WHERE f.is_ours = 0 AND ${isMeant}`,
    )
    const all = join(each, ' UNION ALL ')
    const count = await db.row<{ n: number }>(sql`SELECT count(*) AS n FROM (${all}) AS found`)
    const examples = await db.rows<{ number: string; there: string; here: string | null }>(
      sql`SELECT number, there, here FROM (${all}) AS found ORDER BY number LIMIT ${shownExamples}`,
    )
    return { count: Number(count?.n ?? 0), examples }
  }
  const [here, there] = [sql`s.name`, sql`f.name`].map(comparable)
  const taken = await found(sql`${here} <> ${there}`)
  const same = await found(sql`${here} = ${there}`)
  const findings: Finding[] = [
    {
      code: 'KEY_TAKEN',
      severity: 'warning',
      count: taken.count,
      examples: taken.examples.map(
        one =>
          `${one.number}: ${JSON.stringify(one.here ?? '')} here, ${JSON.stringify(one.there)} there`,
      ),
      what: `${amount(taken.count, 'number')} under which Finance and Operations has another customer; the sync rejects the record`,
      next: 'Change the number on one side, or the name where it is the same customer',
    },
    {
      code: 'RECORD_OVERWRITTEN',
      severity: 'warning',
      count: same.count,
      examples: same.examples.map(one => `${one.number}: ${one.there}`),
      what: `${amount(same.count, 'customer')} that Finance and Operations has already, under the same number and name; the sync overwrites the fields that it fills`,
      next: 'Nothing, if Sales is right; else omit the fields that Finance and Operations is to keep',
    },
  ]
  return findings.filter(({ count }) => count > 0)
}

/** A query for number and name of all accounts that have a number. */
async function accountNames(db: Database): Promise<Sql> {
  const column = await columnOrNull(db, 'account')
  const number = column(field.accountNumber, 'r')
  return sql`SELECT ${number} AS number, ${column('name', 'r')} AS name FROM ${db.names.table('account')} AS r WHERE ${number} <> ''`
}

/** The same of contacts, with the name that a customer gets. */
async function contactNames(db: Database): Promise<Sql> {
  const column = await columnOrNull(db, 'contact')
  const number = column(field.contactNumber, 'r')
  const text = (name: string) => sql`coalesce(${column(name, 'r')}, '')`
  return sql`SELECT ${number} AS number, ${text('firstname')} || ' ' || ${text('lastname')} AS name FROM ${db.names.table('contact')} AS r WHERE ${number} <> ''`
}
