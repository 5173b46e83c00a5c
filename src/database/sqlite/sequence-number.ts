import { literal, raw, sql, type Sql } from '../../domain/sql.ts'
import { highestSequenceNumber, longestNumber, type NumberFormat } from '../../numbering/format.ts'

/** What `parseNumber` says of one text, as an expression. Binds nothing. */
export function sequenceNumber(format: NumberFormat, text: Sql): Sql {
  const { lengthBefore, lengthAfter } = format
  const digits = sql`substr(${text}, ${integer(lengthBefore + 1)}, length(${text}) - ${integer(lengthBefore + lengthAfter)})`
  const isLike = sql`${text} GLOB ${literal(globOf(format))}`
  // GLOB has seen the least digits; if there are more, they begin with none that is needless.
  const isPlain = sql`(length(${digits}) = ${integer(format.digits)} OR (${digits} NOT GLOB '0*' AND ${digits} NOT GLOB '*[^0-9]*'))`
  const fits = sql`length(${text}) <= ${integer(longestNumber)} AND CAST(${digits} AS INTEGER) <= ${integer(highestSequenceNumber)}`
  return sql`(CASE WHEN ${isLike} AND ${isPlain} AND ${fits} THEN CAST(${digits} AS INTEGER) END)`
}

function integer(value: number): Sql {
  return raw(String(value))
}

/** What a number of this format looks like to GLOB; its digits may go on with anything. */
function globOf(format: NumberFormat): string {
  return format.parts
    .map(part => {
      switch (part.kind) {
        case 'literal':
          return literalGlob(part.text)
        case 'sequence':
          return `${'[0-9]'.repeat(part.digits)}*`
        case 'random':
          return '[A-Z0-9]'.repeat(part.length)
        case 'time':
          return literalGlob(part.pattern).replace(/yyyy|yy|MM|dd|HH|mm|ss/g, token =>
            '[0-9]'.repeat(token.length),
          )
      }
    })
    .join('')
}

/** A text that stands for itself in GLOB. */
function literalGlob(text: string): string {
  return text.replace(/[*?[]/g, '[$&]')
}
