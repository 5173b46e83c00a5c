import { join, literal, raw, sql, type Sql } from '../../domain/sql.ts'
import type { FormatPart, NumberFormat } from '../../numbering/format.ts'

/**
 * Draws one letter of a suffix after the other, each an integer from 0 to `below` - 1. The sequence
 * number alone makes a number unique, so that a suffix need not be secret.
 */
export type Draw = (below: number) => Sql

const byChance: Draw = below => sql`CAST(floor(random() * ${raw(String(below))}) AS integer)`

/** Of the sequence number and a seed, since several processes of a server share no `random()`. */
export function byHash(sequence: Sql, seed: number): Draw {
  let letter = seed
  return below =>
    sql`CAST((hashint8extended(${sequence}, ${raw(String(letter++))}) & 9223372036854775807) % ${raw(String(below))} AS integer)`
}

/** The text of a number, as an expression over its sequence number, a bigint. */
export function numberText(format: NumberFormat, sequence: Sql, draw: Draw = byChance): Sql {
  return join(
    format.parts.map(part => partText(format, part, sequence, draw)),
    ' || ',
  )
}

function partText(format: NumberFormat, part: FormatPart, sequence: Sql, draw: Draw): Sql {
  switch (part.kind) {
    case 'literal':
      return literal(part.text)
    case 'sequence': {
      // lpad would cut what is longer.
      const digits = sql`CAST(${sequence} AS text)`
      return sql`repeat('0', ${raw(String(part.digits))} - length(${digits})) || ${digits}`
    }
    case 'random':
      return randomText(format.alphabet, part.length, draw)
    case 'time':
      return timeText(part.pattern)
  }
}

function randomText(alphabet: string, length: number, draw: Draw): Sql {
  return join(
    Array.from(
      { length },
      () => sql`substr(${literal(alphabet)}, 1 + ${draw(alphabet.length)}, 1)`,
    ),
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
