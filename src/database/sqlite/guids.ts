import type { Guids } from '../../domain/rules.ts'
import { sql, type Sql } from '../../domain/sql.ts'

/** Deterministic functions only, so that indexes can be made on it. */
function guid(expression: Sql): Sql {
  return sql`lower(trim(${expression}, '{}'))`
}

const isAnotherSpelling = (key: Sql) => sql`${key} <> ${guid(key)}`

/** GUIDs on SQLite, which has no type for them: text, usually but not always as it compares. */
export const guids: Guids = {
  guid,
  keyText: key => key,
  isAnotherSpelling,
  hasGuid: (_, key, is) =>
    sql`(${key} = ${is} OR (${isAnotherSpelling(key)} AND ${guid(key)} = ${is}))`,
  isAmong: (table, key, is) =>
    sql`((${is} IN (SELECT ${key} FROM ${table}) OR ${is} IN (SELECT ${guid(key)} FROM ${table} WHERE ${isAnotherSpelling(key)})) IS TRUE)`,
}
