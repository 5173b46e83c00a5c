import { sql } from '../../domain/sql.ts'
import { amount } from '../../amount.ts'
import { caseWhere, type RowRule } from '../row-rule.ts'

const columns = ['parentcustomerid', 'parentcustomeridtype']

/** The flag follows the type of the company, so the contact is routed; but it leads nowhere. */
export const parentMissing: RowRule = {
  code: 'PARENT_MISSING',
  severity: 'warning',
  cases: subject =>
    !subject.has('account', 'accountid')
      ? []
      : caseWhere(subject, 'contact', columns, () => {
          const { names, rules } = subject.db
          const parent = names.column('parentcustomerid', 'r')
          const type = rules.customerType(names.column('parentcustomeridtype', 'r'))
          const id = rules.guid(parent)
          return {
            broken: sql`${parent} IS NOT NULL AND (CASE ${type} WHEN 'account' THEN NOT ${rules.isAmong('account', id)} WHEN 'contact' THEN NOT ${rules.isAmong('contact', id)} END)`,
            shown: sql`'company ' || ${type} || ' ' || ${id}`,
          }
        }),
  what: count => `${amount(count, 'contact')} with a company that is in no table`,
  next: 'Load the missing accounts and contacts, or empty the company; under a missing account a contact is rejected by the sync, unless it is a customer itself',
}

/** Without a type the id decides; where nobody has this id, the company counts as no account. */
export const parentTypeUnknown: RowRule = {
  code: 'PARENT_TYPE_UNKNOWN',
  severity: 'warning',
  cases: subject =>
    !subject.has('account', 'accountid')
      ? []
      : caseWhere(subject, 'contact', columns, () => {
          const { names, rules } = subject.db
          const parent = names.column('parentcustomerid', 'r')
          return {
            broken: sql`${parent} IS NOT NULL AND ${rules.companyType('r', 'in the whole table')} IS NULL`,
            shown: sql`'company ' || ${rules.guid(parent)}`,
          }
        }),
  what: count =>
    `${amount(count, 'contact')} with a company of which neither the type is known nor the id; it counts as no account`,
  next: 'Fill parentcustomeridtype, or load the missing accounts and contacts',
}
