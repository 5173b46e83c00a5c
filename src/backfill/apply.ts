import type { Database } from '../database/database.ts'
import { all, join, sql, type Sql } from '../domain/sql.ts'
import { isUnnumbered, planTable, type Backfill } from './backfill.ts'
import { imagesOf } from './plan.ts'
import { lengthOf, type Range } from './range.ts'

/**
 * Writes what is planned into the rows of a range, where a row still holds what it held when the
 * plan was made.
 *
 * @returns how many rows were written; fewer than the range has where some changed since, moved in
 * the table, or are gone
 */
export function applyPlan(db: Database, backfill: Backfill, range: Range): Promise<number> {
  const { names } = db
  const { column } = backfill.number
  const number = names.column(column)
  return updateFromPlan(
    db,
    backfill,
    [
      sql`${number} = coalesce(p.number, p.${imagesOf(db, column).before})`,
      ...Object.keys(backfill.set).map(
        flag => sql`${names.column(flag)} = p.${imagesOf(db, flag).after}`,
      ),
    ],
    async table => [
      inRange(range),
      await isPlannedPlace(db, backfill, table),
      ...[column, ...Object.keys(backfill.set)].map(
        written =>
          sql`${table}.${names.column(written)} IS NOT DISTINCT FROM p.${imagesOf(db, written).before}`,
      ),
    ],
  )
}

/**
 * Looks again at the rows of a range: where they are, what they hold, and what they shall hold. A
 * row that has got a number meanwhile keeps it. Call it in the transaction that applies the range.
 */
export async function refreshPlan(db: Database, backfill: Backfill, range: Range): Promise<void> {
  const { names, dialect } = db
  const plan = planTable(backfill.table)
  const locator = await dialect.rowLocator(db, names.tableName(backfill.table))
  const { before } = imagesOf(db, backfill.number.column)
  const assignments = [
    ...(locator ? [sql`row_hint = t.${locator}`] : []),
    sql`number = CASE WHEN ${isUnnumbered(db, backfill, 't')} THEN ${plan}.number END`,
    sql`${before} = ${names.column(backfill.number.column, 't')}`,
  ]
  for (const [column, computed] of Object.entries(backfill.set)) {
    const images = imagesOf(db, column)
    assignments.push(
      sql`${images.before} = ${names.column(column, 't')}`,
      sql`${images.after} = ${computed(db, 't', 'by index')}`,
    )
  }
  const table = names.table(backfill.table)
  const isThere = sql`${names.column(backfill.key, 't')} = ${plan}.row_key`
  await db.change(
    sql`UPDATE ${plan} SET ${join(assignments, ', ')} FROM ${table} AS t WHERE ${plan}.position BETWEEN ${range.first} AND ${range.last} AND ${isThere}`,
  )
  await withdraw(
    db,
    backfill,
    range,
    sql`NOT EXISTS (SELECT 1 FROM ${table} AS t WHERE ${isThere})`,
  )
}

/**
 * Strikes rows of a range out of the plan: those that meet the condition, or all. Their positions
 * stay, without a key, since a position is never used twice.
 */
export async function withdraw(
  db: Database,
  backfill: Backfill,
  range: Range,
  condition: Sql = all([]),
): Promise<void> {
  const plan = planTable(backfill.table)
  await db.change(
    sql`UPDATE ${plan} SET row_key = NULL, number = NULL WHERE ${plan}.position BETWEEN ${range.first} AND ${range.last} AND ${condition}`,
  )
}

/** Puts back what the rows of a range held in the columns named. */
export async function restoreRows(
  db: Database,
  backfill: Backfill,
  range: Range,
  columns: readonly string[],
): Promise<void> {
  const assignments = columns.map(
    column => sql`${db.names.column(column)} = p.${imagesOf(db, column).before}`,
  )
  const found = await updateFromPlan(db, backfill, assignments, async table => [
    inRange(range),
    await isPlannedPlace(db, backfill, table),
  ])
  if (found === lengthOf(range)) return
  await updateFromPlan(db, backfill, assignments, async table => [
    inRange(range),
    hasPlannedKey(db, backfill, table),
    sql`NOT ${await isPlannedPlace(db, backfill, table)}`,
  ])
}

/** Updates the rows of the table for which the conditions on it and on its plan, `p`, hold. */
async function updateFromPlan(
  db: Database,
  backfill: Backfill,
  assignments: readonly Sql[],
  conditions: (table: Sql) => Promise<readonly Sql[]>,
): Promise<number> {
  const table = db.names.table(backfill.table)
  return db.change(
    sql`UPDATE ${table} SET ${join([...assignments], ', ')} FROM ${planTable(backfill.table)} AS p WHERE ${all(await conditions(table))}`,
  )
}

function inRange(range: Range): Sql {
  return sql`p.position BETWEEN ${range.first} AND ${range.last}`
}

function hasPlannedKey(db: Database, backfill: Backfill, table: Sql): Sql {
  return sql`${table}.${db.names.column(backfill.key)} = p.row_key`
}

/**
 * The plan's hint finds a row without a look into the key's index. The table may have been
 * rewritten since, so the key must agree.
 */
async function isPlannedPlace(db: Database, backfill: Backfill, table: Sql): Promise<Sql> {
  const locator = await db.dialect.rowLocator(db, db.names.tableName(backfill.table))
  const key = hasPlannedKey(db, backfill, table)
  return locator ? sql`(${table}.${locator} = p.row_hint AND ${key})` : key
}
