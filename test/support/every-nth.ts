import { literal, sql, type Sql } from '../../src/domain/sql.ts'

/**
 * The condition on a contact that its place in the order of the keys has this remainder, the first
 * place being 1. Binds nothing.
 */
export function isEveryNth(every: number, remainder = 0): Sql {
  const placed = sql`SELECT contactid, row_number() OVER (ORDER BY contactid) AS place FROM contact`
  return sql`contactid IN (SELECT contactid FROM (${placed}) AS placed WHERE place % ${literal(every)} = ${literal(remainder)})`
}
