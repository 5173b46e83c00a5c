import { literal, raw, sql, type Sql } from '../../domain/sql.ts'

/** See Dialect.csvField. */
export function csvField(value: Sql, forSpreadsheet: boolean): Sql {
  const text = sql`(CAST(${value} AS text) COLLATE "C")`
  const start = forSpreadsheet
    ? sql`(CASE WHEN ltrim(${text}, '''') ~ ${literal('^[=+@\t\r-]')} THEN '''' ELSE '' END)||`
    : raw('')
  return sql`(CASE WHEN ${value} IS NULL THEN '' WHEN ${csvNeedsQuotes(text)} THEN '"'||${start}replace(${text}, '"', '""')||'"' ELSE ${start}${text} END)`
}

/** See Dialect.csvNeedsQuotes. */
export function csvNeedsQuotes(value: Sql): Sql {
  return sql`(${value} COLLATE "C") ~ ${literal('[",\n\r]')}`
}
