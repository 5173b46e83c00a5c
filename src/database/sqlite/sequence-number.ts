import { literal, raw, sql, type Sql } from '../../domain/sql.ts'
import { highestSequenceNumber, longestNumber, type NumberFormat } from '../../numbering/format.ts'
import { globOf } from './live-schema.ts'

/** What `parseNumber` says of one text, as an expression. Binds nothing. */
export function sequenceNumber(format: NumberFormat, text: Sql): Sql {
  const { lengthBefore, lengthAfter } = format
  const digits = sql`substr(${text}, ${integer(lengthBefore + 1)}, length(${text}) - ${integer(lengthBefore + lengthAfter)})`
  const isWhole = sql`${text} GLOB ${literal(globOf(format))} AND ${digits} NOT GLOB '*[^0-9]*'`
  // Longer than its least width, a number does not begin with 0.
  const isPlain = sql`(length(${digits}) = ${integer(format.digits)} OR ${digits} NOT GLOB '0*')`
  const fits = sql`length(${text}) <= ${integer(longestNumber)} AND CAST(${digits} AS INTEGER) <= ${integer(highestSequenceNumber)}`
  return sql`(CASE WHEN ${isWhole} AND ${isPlain} AND ${fits} THEN CAST(${digits} AS INTEGER) END)`
}

function integer(value: number): Sql {
  return raw(String(value))
}
