import { sql, type Sql } from '../domain/sql.ts'
import type { RowCase } from './row-rule.ts'
import type { Subject } from './subject.ts'

/**
 * The case of the contacts that the sync will make customers of, by their documents.
 *
 * @param broken asked first, since it is the quicker question
 */
export function customersToBe(subject: Subject, broken: Sql): RowCase[] {
  const { names, rules } = subject.db
  const isComplete =
    subject.has('contact', 'contactid') &&
    rules.sources.every(({ table, customer, customerType }) =>
      subject.has(table, customer, ...(customerType === null ? [] : [customerType])),
    )
  if (!isComplete) return []
  const isCustomer = sql`${rules.guid(names.column('contactid', 'r'))} IN (${rules.activeIds()})`
  return [{ table: 'contact', broken: sql`(CASE WHEN ${broken} THEN ${isCustomer} END)` }]
}
