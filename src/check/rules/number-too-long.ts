import { sql, raw } from '../../domain/sql.ts'
import { longestNumber } from '../../numbering/format.ts'
import { amount } from '../../amount.ts'
import { numberColumn, type NumberedTable } from '../numbers.ts'
import { caseWhere, type RowRule } from '../row-rule.ts'

const tables: readonly NumberedTable[] = ['account', 'contact']

/** F&O cuts a customer account, and two customers may become one. */
export const numberTooLong: RowRule = {
  code: 'NUMBER_TOO_LONG',
  severity: 'blocking',
  cases: subject =>
    tables.flatMap(table =>
      caseWhere(subject, table, [numberColumn[table]], () => {
        const number = subject.db.names.column(numberColumn[table], 'r')
        return { broken: sql`length(${number}) > ${raw(String(longestNumber))}`, shown: number }
      }),
    ),
  what: count =>
    `${amount(count, 'account or contact number', 'account and contact numbers')} longer than the ${longestNumber} characters that F&O can hold`,
  next: 'Shorten the number, or empty it so that a new one is given',
}
