import type { Database } from '../database/database.ts'
import type { LookUp } from '../domain/rules.ts'
import { all, any, identifier, literal, raw, sql, type Sql } from '../domain/sql.ts'
import type { SequenceName } from '../numbering/sequence.ts'

/**
 * A value computed from a row (called `alias`) and what belongs to it, by the way that is quick for
 * one row, or for all. Never NULL.
 */
export type Computed = (db: Database, alias: string, lookUp: LookUp) => Sql

/**
 * Which rows of one table get what. The rows to do are those without a number and those where a
 * computed value is not what it should be; a row done has left the set. All names are logical.
 */
export interface Backfill {
  readonly table: 'account' | 'contact'
  /** The column that finds the row, now and years later. */
  readonly key: string
  /** Numbers are given in this order, rows without a value last. */
  readonly order: readonly string[]
  readonly number: { readonly column: string; readonly sequence: SequenceName }
  /** Columns and what becomes of them, in the same pass. */
  readonly set: Readonly<Record<string, Computed>>
}

/** A backfill that numbers the rows which have no number, and keeps the numbers that are there. */
export function numberAndSet(
  backfill: Omit<Backfill, 'set'> & { readonly set?: Backfill['set'] },
): Backfill {
  return { ...backfill, set: backfill.set ?? {} }
}

/** Whether the contact with this key has a quote, an order or an invoice. */
export function activityOf(key: string): Computed {
  return (db, alias, lookUp) => db.rules.isActive(db.names.column(key, alias), lookUp)
}

/** Whether the contact's company is an account. */
export function companyIsAnAccount(): Computed {
  return (db, alias, lookUp) => db.rules.isCompanyAnAccount(alias, lookUp)
}

/** The columns that a backfill writes, the number first. */
export function writtenColumns(backfill: Backfill): string[] {
  return [backfill.number.column, ...Object.keys(backfill.set)]
}

/** The condition on a row (called `alias`) that it has no number. */
export function isUnnumbered(db: Database, backfill: Backfill, alias: string): Sql {
  return db.rules.hasNoNumber(db.names.column(backfill.number.column, alias))
}

/** How values are computed for all rows of the table, of which one is called `alias`. */
export async function forAllRows(db: Database, backfill: Backfill, alias: string): Promise<LookUp> {
  const locator = await db.dialect.rowLocator(db, db.names.tableName(backfill.table))
  if (!locator) return 'in the whole table'
  const placeOf = (name: string) => sql`${identifier(name)}.${locator}`
  return { place: placeOf(alias), placeOf }
}

/** The condition on a row (called `alias`) that there is still something to do; for all rows. */
export function isDue(db: Database, backfill: Backfill, alias: string, lookUp: LookUp): Sql {
  const unset = Object.entries(backfill.set).map(
    ([column, computed]) =>
      sql`${db.names.column(column, alias)} IS DISTINCT FROM ${computed(db, alias, lookUp)}`,
  )
  return all([any([isUnnumbered(db, backfill, alias), ...unset]), notRejected(db, backfill, alias)])
}

/** The condition on a row (called `alias`) that the database has not refused it. */
export function notRejected(db: Database, backfill: Backfill, alias: string): Sql {
  return sql`${db.rules.keyText(db.names.column(backfill.key, alias))} NOT IN (SELECT r.row_key FROM p2c_reject AS r WHERE r.table_name = ${literal(backfill.table)})`
}

/** The plan's table. Its name follows the table, which no other backfill may share. */
export function planTable(table: Backfill['table']): Sql {
  return raw(`p2c_plan_${table}`)
}
