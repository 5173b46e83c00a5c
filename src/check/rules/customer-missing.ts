import { sql } from '../../domain/sql.ts'
import { amount } from '../../amount.ts'
import { caseWhere, type RowRule } from '../row-rule.ts'

/** Such a document makes nobody a customer; a contact that is loaded later becomes one at once. */
export const customerMissing: RowRule = {
  code: 'CUSTOMER_MISSING',
  severity: 'warning',
  cases: subject => {
    const { names, rules } = subject.db
    if (!subject.has('account', 'accountid') || !subject.has('contact', 'contactid')) return []
    return rules.sources.flatMap(({ table, customer, customerType }) =>
      caseWhere(
        subject,
        table,
        customerType === null ? [customer] : [customer, customerType],
        () => {
          const value = names.column(customer, 'r')
          const id = rules.guid(value)
          const type =
            customerType === null
              ? sql`'contact'`
              : rules.customerType(names.column(customerType, 'r'))
          const [account, contact] = [rules.isAmong('account', id), rules.isAmong('contact', id)]
          return {
            broken: sql`${value} IS NOT NULL AND NOT (CASE ${type} WHEN 'account' THEN ${account} WHEN 'contact' THEN ${contact} ELSE ${account} OR ${contact} END)`,
            shown: sql`'customer ' || ${id}`,
          }
        },
      ),
    )
  },
  what: count => `${amount(count, 'document')} of a customer that is in no table`,
  next: 'Load the missing accounts and contacts; a contact that comes later is flagged when it comes',
}
