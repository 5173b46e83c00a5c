import { literal, raw, sql, type Sql } from '../../domain/sql.ts'
import { highestSequenceNumber, longestNumber, type NumberFormat } from '../../numbering/format.ts'

/** What `parseNumber` says of one text, as an expression. Binds nothing. */
export function sequenceNumber(format: NumberFormat, text: Sql): Sql {
  const { lengthBefore, lengthAfter } = format
  const digits = sql`substr(${text}, ${integer(lengthBefore + 1)}, length(${text}) - ${integer(lengthBefore + lengthAfter)})`
  const isLike = sql`(${text} COLLATE "C") ~ ${literal(patternOf(format))}`
  // Twenty digits do not fit into a bigint, but may be mostly zeros.
  const fits = sql`length(${text}) <= ${integer(longestNumber)} AND CAST(${digits} AS numeric) <= ${integer(highestSequenceNumber)}`
  return sql`(CASE WHEN ${isLike} THEN CASE WHEN ${fits} THEN CAST(${digits} AS bigint) END END)`
}

function integer(value: number): Sql {
  return raw(String(value))
}

/** What a number of this format looks like; more digits than the least begin with no zero. */
function patternOf(format: NumberFormat): string {
  const pieces = format.parts.map(part => {
    switch (part.kind) {
      case 'literal':
        return escaped(part.text)
      case 'sequence':
        return `([0-9]{${part.digits}}|[1-9][0-9]{${part.digits},})`
      case 'random':
        return `[A-Z0-9]{${part.length}}`
      case 'time':
        return escaped(part.pattern).replace(/yyyy|yy|MM|dd|HH|mm|ss/g, token =>
          '[0-9]'.repeat(token.length),
        )
    }
  })
  return `^${pieces.join('')}$`
}

/** A text that stands for itself in a regular expression of PostgreSQL. */
function escaped(text: string): string {
  return text.replace(/[^A-Za-z0-9\u0080-\uffff]/g, '\\$&')
}
