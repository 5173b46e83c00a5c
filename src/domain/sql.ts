import sql, { empty, join, raw, Sql } from 'sql-template-tag'

export { empty, join, raw, sql, Sql }

/** A name as SQL writes it, whatever is in it. */
export function identifier(name: string): Sql {
  return raw(`"${name.replaceAll('"', '""')}"`)
}

/** A value inside DDL, where nothing can be bound. */
export function literal(value: string | number | boolean | null): Sql {
  if (value === null) return raw('NULL')
  return raw(typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(Number(value)))
}

/** The text of SQL that binds nothing: a trigger's or an index's. */
export function textOf(statement: Sql): string {
  if (statement.values.length > 0) throw new TypeError('DDL cannot bind values')
  return statement.sql
}

/** Several conditions that must all hold; true where there is none. */
export function all(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? raw('1 = 1') : sql`(${join([...conditions], ' AND ')})`
}

/** Several conditions of which one must hold; false where there is none. */
export function any(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? raw('1 = 0') : sql`(${join([...conditions], ' OR ')})`
}

/** For how many rows a condition holds, as an aggregate. */
export function countOf(when: Sql): Sql {
  return sql`count(CASE WHEN ${when} THEN 1 END)`
}

/**
 * A condition that holds for nearly all rows, never NULL. A planner that multiplies what it guesses
 * of its parts would expect next to none, and go through other tables whole for each that there is;
 * of this it guesses that it holds for every other row.
 *
 * @param ofNull what it is where it is not known
 */
export function mostlyTrue(condition: Sql, { ofNull = false } = {}): Sql {
  return sql`coalesce(${condition}, ${raw(ofNull ? 'true' : 'false')})`
}
