import { raw, sql } from '../../domain/sql.ts'
import { amount } from '../../amount.ts'
import { caseWhere, type RowRule } from '../row-rule.ts'

/** What the sync copies as it is, and how many characters the entity in the middle can hold. */
const longest: Readonly<Record<'account' | 'contact', Readonly<Record<string, number>>>> = {
  account: { websiteurl: 255 },
  contact: {
    firstname: 128,
    middlename: 128,
    lastname: 128,
    websiteurl: 255,
    jobtitle: 128,
    department: 128,
    governmentid: 128,
  },
}

/** Dataverse itself allows no such text; a table that was filled by other means may have it. */
export const valueTooLong: RowRule = {
  code: 'VALUE_TOO_LONG',
  severity: 'warning',
  cases: subject =>
    (['account', 'contact'] as const).flatMap(table =>
      Object.entries(longest[table]).flatMap(([column, length]) =>
        caseWhere(subject, table, [column], () => {
          const value = subject.db.names.column(column, 'r')
          return {
            broken: sql`length(${value}) > ${raw(String(length))}`,
            shown: sql`${raw(`'${column} has '`)} || length(${value}) || ${raw(`' characters, ${length} at most'`)}`,
          }
        }),
      ),
    ),
  what: count => `${amount(count, 'text')} longer than the Common Data Service can hold`,
  next: 'Shorten the text, or let the sync do so with "truncate" in the template\'s settings; else it rejects the row',
}
