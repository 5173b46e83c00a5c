import { join, literal, raw, sql, type Sql } from '../../domain/sql.ts'

const special = [',', '"', '\n', '\r']

/** See Dialect.csvField. */
export function csvField(value: Sql, forSpreadsheet: boolean): Sql {
  const start = forSpreadsheet
    ? sql`(CASE WHEN ltrim(${value}, '''') GLOB ${literal('[=+@\t\r-]*')} THEN '''' ELSE '' END)||`
    : raw('')
  return sql`(CASE WHEN ${value} IS NULL THEN '' WHEN ${csvNeedsQuotes(value)} THEN '"'||${start}replace(${value}, '"', '""')||'"' ELSE ${start}CAST(${value} AS text) END)`
}

/**
 * See Dialect.csvNeedsQuotes. One character between stars is found six times faster than one of a set, or by instr. A pattern
 * sees nothing behind a zero character.
 */
export function csvNeedsQuotes(value: Sql): Sql {
  const matched = special.map(one => sql`${value} GLOB ${literal(`*${one}*`)}`)
  const contained = special.map(one => sql`instr(${value}, ${literal(one)})`)
  return sql`(${join(matched, ' OR ')} OR (instr(${value}, char(0)) AND (${join(contained, ' OR ')})))`
}
