import { amount } from '../../amount.ts'
import { currencies } from '../../domain/sales.ts'
import { raw, sql, type Sql } from '../../domain/sql.ts'
import { customersToBe } from '../customers-to-be.ts'
import { caseWhere, type RowRule } from '../row-rule.ts'
import type { Subject } from '../subject.ts'

/** F&O wants a currency for every customer, and Sales often has none. */
export const currencyDefaulted: RowRule = {
  code: 'CURRENCY_DEFAULTED',
  severity: 'warning',
  cases: subject => [
    ...caseWhere(subject, 'account', ['accountid'], () => ({
      broken: sql`NOT ${isResolved(subject, 'account')}`,
    })),
    ...customersToBe(subject, sql`NOT ${isResolved(subject, 'contact')}`),
  ],
  what: count =>
    `${amount(count, 'account or customer-to-be', 'accounts and customers-to-be')} without a currency that is known; the default is taken`,
  next: 'Nothing, if "sync.currency" is right for them; else fill transactioncurrencyid, and load the currencies that it names',
}

/** Whether the row's currency leads to an ISO code. Never NULL. */
function isResolved(subject: Subject, table: 'account' | 'contact'): Sql {
  const { names, rules } = subject.db
  const known = subject.has(currencies.table, currencies.id, currencies.code)
  if (!known || !subject.has(table, 'transactioncurrencyid')) return raw('(1 = 0)')
  const resolved = sql`SELECT ${rules.guid(names.column(currencies.id))} FROM ${names.table(currencies.table)} WHERE ${raw(currencies.code)} <> ''`
  return sql`((${rules.guid(names.column('transactioncurrencyid', 'r'))} IN (${resolved})) IS TRUE)`
}
