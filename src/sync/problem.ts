import { literal, sql, type Sql } from '../domain/sql.ts'

/** Codes of rows that the sync rejects. */
export type RejectCode =
  | 'ACCOUNT_NUMBER_DUPLICATE'
  | 'ACCOUNT_MISSING'
  | 'ACCOUNT_REJECTED'
  | 'REQUIRED_VALUE_MISSING'
  | 'VALUE_TOO_LONG'
  | 'VALUE_NOT_IN_MAP'
  | 'REFERENCE_UNKNOWN'
  | 'COUNTRY_UNKNOWN'
  | 'KEY_TAKEN'
  | 'DATABASE_REFUSED'

const codeWidth = 24
const mostShown = 100

/**
 * A code and its message in one text, so that a chain of conditions is evaluated once for both:
 * the code padded to a fixed width, then the message.
 */
export function packed(code: RejectCode, message: Sql): Sql {
  return sql`${literal(code.padEnd(codeWidth))} || ${message}`
}

export function codeOf(problem: Sql): Sql {
  return sql`rtrim(substr(${problem}, 1, ${literal(codeWidth)}))`
}

export function messageOf(problem: Sql): Sql {
  return sql`substr(${problem}, ${literal(codeWidth + 1)})`
}

/** A value as a message shows it. Never NULL, or the whole message would be. */
export function quoted(value: Sql): Sql {
  return sql`'"' || substr(coalesce(CAST(${value} AS TEXT), ''), 1, ${literal(mostShown)}) || '"'`
}
