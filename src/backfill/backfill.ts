import type { Database } from '../database/database.ts'
import { all, any, raw, sql, type Sql } from '../domain/sql.ts'
import type { SequenceName } from '../numbering/sequence.ts'

/** A value computed from a row (called `alias`) and what belongs to it. Never NULL. */
export type Computed = (db: Database, alias: string) => Sql

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
  return (db, alias) => db.rules.isActive(db.names.column(key, alias))
}

/** Whether the contact's company is an account. */
export function companyIsAnAccount(): Computed {
  return (db, alias) => db.rules.isCompanyAnAccount(alias)
}

/** The columns that a backfill writes, the number first. */
export function writtenColumns(backfill: Backfill): string[] {
  return [backfill.number.column, ...Object.keys(backfill.set)]
}

/** The condition on a row (called `alias`) that there is still something to do. */
export function isToDo(db: Database, backfill: Backfill, alias: string): Sql {
  const unnumbered = db.rules.hasNoNumber(db.names.column(backfill.number.column, alias))
  const unset = Object.entries(backfill.set).map(
    ([column, computed]) =>
      sql`${db.names.column(column, alias)} IS DISTINCT FROM ${computed(db, alias)}`,
  )
  const rejected = sql`SELECT 1 FROM p2c_reject AS r WHERE r.table_name = ${raw(`'${backfill.table}'`)} AND r.row_key = ${db.rules.keyText(db.names.column(backfill.key, alias))}`
  return all([any([unnumbered, ...unset]), sql`NOT EXISTS (${rejected})`])
}

/** Tables of one backfill. Their names follow the table, which no other backfill may share. */
export function ownTables(backfill: Backfill): { plan: Sql; journal: Sql } {
  return { plan: raw(`p2c_plan_${backfill.table}`), journal: raw(`p2c_journal_${backfill.table}`) }
}
