import { sql } from '../../domain/sql.ts'
import { parseFormat } from '../../numbering/format.ts'
import { amount } from '../../amount.ts'
import { numberColumn } from '../numbers.ts'
import { caseWhere, type RowRule } from '../row-rule.ts'

/** Such a number is kept, since it may be in use; but nobody gave it by the configured format. */
export const contactNumberMalformed: RowRule = {
  code: 'CONTACT_NUMBER_MALFORMED',
  severity: 'warning',
  cases: subject =>
    caseWhere(subject, 'contact', [numberColumn.contact], () => {
      const { db } = subject
      const { alphabet, contact } = db.config.numbering
      const number = db.names.column(numberColumn.contact, 'r')
      const sequence = db.dialect.sequenceNumber(parseFormat(contact.format, alphabet), number)
      return { broken: sql`${number} <> '' AND ${sequence} IS NULL`, shown: number }
    }),
  what: count => `${amount(count, 'contact number')} not of the configured format; kept as it is`,
  next: 'Nothing, if these numbers are meant; else empty them, so that new ones are given',
}
