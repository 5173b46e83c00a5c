import { join, literal, raw, sql, type Sql } from '../../domain/sql.ts'
import type { FormatPart, NumberFormat } from '../../numbering/format.ts'

/**
 * The text of a number, as an expression over its sequence number. Letters come from `random()`:
 * the sequence number alone makes a number unique, so the suffix need not be secret, and a million
 * of them must not take a second each.
 */
export function numberText(format: NumberFormat, sequence: Sql): Sql {
  return join(
    format.parts.map(part => partText(format, part, sequence)),
    ' || ',
  )
}

function partText(format: NumberFormat, part: FormatPart, sequence: Sql): Sql {
  switch (part.kind) {
    case 'literal':
      return literal(part.text)
    case 'sequence': {
      // lpad would cut what is longer.
      const digits = sql`CAST(${sequence} AS text)`
      return sql`repeat('0', ${raw(String(part.digits))} - length(${digits})) || ${digits}`
    }
    case 'random':
      return randomText(format.alphabet, part.length)
    case 'time':
      return timeText(part.pattern)
  }
}

function randomText(alphabet: string, length: number): Sql {
  const letter = sql`substr(${literal(alphabet)}, 1 + CAST(floor(random() * ${raw(String(alphabet.length))}) AS integer), 1)`
  return join(
    Array.from({ length }, () => letter),
    ' || ',
  )
}

const tokens: Readonly<Record<string, string>> = {
  yyyy: 'YYYY',
  yy: 'YY',
  MM: 'MM',
  dd: 'DD',
  HH: 'HH24',
  mm: 'MI',
  ss: 'SS',
}

function timeText(pattern: string): Sql {
  const pieces = pattern.split(/(yyyy|yy|MM|dd|HH|mm|ss)/).filter(piece => piece !== '')
  return join(
    pieces.map(piece => {
      const token = tokens[piece]
      return token === undefined
        ? literal(piece)
        : sql`to_char(now() AT TIME ZONE 'UTC', ${literal(token)})`
    }),
    ' || ',
  )
}
