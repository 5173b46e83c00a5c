import { all, sql, type Sql } from '../../domain/sql.ts'
import { customersToBe } from '../customers-to-be.ts'
import { amount } from '../../amount.ts'
import { caseWhere, type RowRule } from '../row-rule.ts'
import type { Subject } from '../subject.ts'

const personNames = ['firstname', 'middlename', 'lastname']

/** F&O takes no organization without a name, and no person without any. */
export const requiredValueMissing: RowRule = {
  code: 'REQUIRED_VALUE_MISSING',
  severity: 'warning',
  cases: subject => [
    ...caseWhere(subject, 'account', ['accountid'], () => ({
      broken: isEmpty(subject, 'account', 'name'),
    })),
    ...customersToBe(subject, all(personNames.map(name => isEmpty(subject, 'contact', name)))),
  ],
  what: count =>
    `${amount(count, 'account or customer-to-be', 'accounts and customers-to-be')} without a name`,
  next: 'Fill the name of the account, or one of first, middle and last name of the contact; else the sync rejects the row',
}

/** A column that is not there is empty in every row. */
function isEmpty(subject: Subject, table: string, column: string): Sql {
  const value = subject.db.names.column(column, 'r')
  return subject.has(table, column) ? sql`coalesce(${value}, '') = ''` : sql`1 = 1`
}
