import type { Database } from '../database/database.ts'
import { any, countOf, identifier, join, sql, type Sql } from '../domain/sql.ts'
import { forAllRows, planTable, type Backfill } from './backfill.ts'
import { findPlan } from './plan.ts'
import { isWrong, rangesToUndo, writtenNumber } from './undo.ts'

/**
 * Whether two counts show that `editsQuery` would find nothing: one over the plan with the rows that stand
 * where it has them, one over the table. Of a million rows that nobody touched they take a third of its time.
 *
 * @param dropped whether the number's column goes altogether, with the numbers that others gave
 * @returns false also where only the query can tell
 */
export async function isUntouched(
  db: Database,
  migration: string,
  backfill: Backfill,
  dropped: boolean,
): Promise<boolean> {
  if (!(await isWhole(db, migration))) return false
  const planned = await countPlanned(db, backfill)
  if (planned.kept < planned.rows) return false
  const { numbered, wrong } = await countRows(db, backfill)
  return wrong === 0 && (!dropped || numbered === planned.numbered)
}

/** Whether the whole plan is done, and nothing of it undone. */
async function isWhole(db: Database, migration: string): Promise<boolean> {
  const plan = await findPlan(db, migration)
  const [range, another] = await rangesToUndo(db, migration)
  return another === undefined && range?.first === 1 && range.last === plan?.rows
}

/** Rows of the plan; how many of them have the number that the plan gave or kept; how many have any. */
async function countPlanned(
  db: Database,
  backfill: Backfill,
): Promise<{ rows: number; kept: number; numbered: number }> {
  const { names } = db
  const { key, number, table } = backfill
  const locator = await db.dialect.rowLocator(db, names.tableName(table))
  const isKey = sql`${names.column(key, 't')} = p.row_key`
  const isIt = locator ? sql`t.${locator} = p.row_hint AND ${isKey}` : isKey
  const value = names.column(number.column, 't')
  const isKept = sql`${names.column(key, 't')} IS NOT NULL AND ${value} IS NOT DISTINCT FROM ${writtenNumber(db, backfill)}`
  return counted(
    db,
    { rows: sql`1 = 1`, kept: isKept, numbered: sql`NOT ${db.rules.hasNoNumber(value)}` },
    sql`${planTable(table)} AS p LEFT JOIN ${names.table(table)} AS t ON ${isIt}`,
  )
}

/** How many rows of the table have a number, and in how many a flag is not as it should be. */
async function countRows(
  db: Database,
  backfill: Backfill,
): Promise<{ numbered: number; wrong: number }> {
  const { names } = db
  const lookUp = await forAllRows(db, backfill, 't')
  const number = names.column(backfill.number.column, 't')
  const wrong = Object.entries(backfill.set).map(([flag, computed]) =>
    isWrong(names.column(flag, 't'), computed(db, 't', lookUp)),
  )
  return counted(
    db,
    { numbered: sql`NOT ${db.rules.hasNoNumber(number)}`, wrong: any(wrong) },
    sql`${names.table(backfill.table)} AS t`,
  )
}

/** For how many rows of a query each condition holds. */
async function counted<Name extends string>(
  db: Database,
  conditions: Readonly<Record<Name, Sql>>,
  from: Sql,
): Promise<Record<Name, number>> {
  const names = Object.keys(conditions) as Name[]
  const counts = names.map(name => sql`${countOf(conditions[name])} AS ${identifier(name)}`)
  const row = await db.row<Record<Name, number>>(sql`SELECT ${join(counts)} FROM ${from}`)
  const numbers = names.map(name => [name, Number(row?.[name] ?? 0)] as const)
  return Object.fromEntries(numbers) as Record<Name, number>
}
