import { keyCopyType, valueCopyType } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import { now } from '../database/history.ts'
import { identifier, join, raw, sql, textOf, type Sql } from '../domain/sql.ts'
import { preview } from '../numbering/format.ts'
import { formatOf, nextNumber, takeBlock } from '../numbering/sequence.ts'
import {
  forAllRows,
  isToDo,
  isUnnumbered,
  notRejected,
  planTable,
  writtenColumns,
  type Backfill,
} from './backfill.ts'

/** A plan that is fixed: positions 1 … rows. */
export interface Plan {
  readonly rows: number
}

/**
 * Fixes, once and in one transaction, which rows are done, in which positions, which number each
 * gets, and what each holds before and after. Numbers follow the order of the backfill; positions
 * follow the order in which the table is stored, because a batch must touch few pages. Called again
 * it takes in the rows that came since, behind the positions that are there.
 *
 * @returns how many rows were added
 */
export async function makePlan(
  db: Database,
  migration: string,
  backfill: Backfill,
): Promise<number> {
  const again = (await findPlan(db, migration)) !== undefined
  return db.transaction(async () => {
    if (!again) await db.script(await createPlanTable(db, backfill))
    if (again && !(await hasRowsToDo(db, backfill))) return 0
    // From the first plan on the triggers push the sequence past numbers that others give.
    const kept = again ? null : keptNumbers(db, backfill)
    const next = await nextNumber(db, backfill.number.sequence, kept)
    const numbered = await rankRows(db, backfill)
    const first = await takeBlock(db, backfill.number.sequence, next, numbered)
    const added = await fillPlan(db, backfill, first)
    await dropRanks(db)
    const format = formatOf(db, backfill.number.sequence)
    const [firstText, lastText] =
      numbered > 0 ? [preview(format, first), preview(format, first + numbered - 1)] : [null, null]
    const rows = await highestPosition(db, backfill)
    await db.change(
      sql`INSERT INTO p2c_backfill (migration, table_name, state, rows, first_number, last_number, planned_on)
        VALUES (${migration}, ${backfill.table}, 'planned', ${rows}, ${firstText}, ${lastText}, ${now()})
        ON CONFLICT (migration) DO UPDATE SET rows = excluded.rows, last_number = coalesce(excluded.last_number, p2c_backfill.last_number)`,
    )
    return added
  })
}

/** The plan of a migration; undefined where none was made. */
export async function findPlan(db: Database, migration: string): Promise<Plan | undefined> {
  const row = await db.row<{ rows: number }>(
    sql`SELECT rows FROM p2c_backfill WHERE migration = ${migration}`,
  )
  return row && { rows: Number(row.rows) }
}

/** Names of the plan's columns for one written column. */
export function imagesOf(db: Database, column: string): { before: Sql; after: Sql } {
  const name = db.names.columnName(column)
  return { before: identifier(`old_${name}`), after: identifier(`new_${name}`) }
}

/** The columns of the backfill's order that the table has, as terms of ORDER BY. */
export function orderOf(db: Database, backfill: Backfill, columns: ReadonlySet<string>): Sql[] {
  const { names, dialect } = db
  return backfill.order
    .filter(column => columns.has(names.columnName(column).toLowerCase()))
    .map(column => dialect.ascendingNullsLast(dialect.bytewise(names.column(column, 't'))))
}

/** Names of the table's columns, in lower case. */
export async function columnNames(db: Database, backfill: Backfill): Promise<Set<string>> {
  const table = await db.dialect.describeTable(db, db.names.tableName(backfill.table))
  return new Set(table?.columns.map(column => column.name.toLowerCase()))
}

/** A query for the numbers that rows have already. */
export function keptNumbers(db: Database, backfill: Backfill): Sql {
  return sql`SELECT ${db.names.column(backfill.number.column, 't')} AS number FROM ${db.names.table(backfill.table)} AS t WHERE NOT ${isUnnumbered(db, backfill, 't')}`
}

/** The plan is its own journal: what a row held before stands beside what it will hold. */
async function createPlanTable(db: Database, backfill: Backfill): Promise<string> {
  const { table, key } = backfill
  const keyType = await keyCopyType(db, table, key)
  const images: Sql[] = []
  for (const column of writtenColumns(backfill)) {
    const { before, after } = imagesOf(db, column)
    const type = await valueCopyType(db, table, column)
    images.push(sql`${before} ${type}`)
    if (column !== backfill.number.column) images.push(sql`${after} ${type}`)
  }
  return textOf(
    sql`CREATE TABLE IF NOT EXISTS ${planTable(table)} (position ${db.dialect.countingKey}, row_key ${keyType}, row_hint bigint, number text, ${join(images, ', ')})`,
  )
}

async function hasRowsToDo(db: Database, backfill: Backfill): Promise<boolean> {
  const toDo = isToDo(db, backfill, 't', await forAllRows(db, backfill, 't'))
  const found = await db.row(
    sql`SELECT 1 FROM ${db.names.table(backfill.table)} AS t WHERE ${toDo} LIMIT 1`,
  )
  return found !== undefined
}

/** An engine that counts outside of transactions leaves out positions of a sweep that failed. */
async function highestPosition(db: Database, backfill: Backfill): Promise<number> {
  const row = await db.row<{ position: number | null }>(
    sql`SELECT max(position) AS position FROM ${planTable(backfill.table)}`,
  )
  return Number(row?.position ?? 0)
}

/** Ranks the rows that need a new number; answers how many there are. */
async function rankRows(db: Database, backfill: Backfill): Promise<number> {
  const { names, rules } = db
  const table = names.table(backfill.table)
  const place = await placeOf(db, backfill)
  await db.script(await rankTables(db, backfill))
  await db.change(
    sql`INSERT INTO p2c_taken SELECT DISTINCT g.number FROM ${table} AS t JOIN p2c_given_number AS g
      ON g.sequence = ${backfill.number.sequence} AND g.number = ${names.column(backfill.number.column, 't')}
      AND g.row_key <> ${rules.guid(names.column(backfill.key, 't'))}`,
  )
  await db.change(
    sql`INSERT INTO p2c_order (place) SELECT ${place} FROM ${table} AS t
      WHERE ${isUnnumbered(db, backfill, 't')} AND ${notRejected(db, backfill, 't')} AND NOT EXISTS (${rememberedNumber(db, backfill)})
      ORDER BY ${join(orderOf(db, backfill, await columnNames(db, backfill)), ', ')}`,
  )
  return db.change(sql`INSERT INTO p2c_rank SELECT place, ordinal FROM p2c_order ORDER BY place`)
}

/** Writes the plan in storage order. */
async function fillPlan(db: Database, backfill: Backfill, first: number): Promise<number> {
  const { names, dialect } = db
  const locator = await dialect.rowLocator(db, names.tableName(backfill.table))
  const place = await placeOf(db, backfill)
  const lookUp = await forAllRows(db, backfill, 't')
  const format = formatOf(db, backfill.number.sequence)
  const number = dialect.numberText(db, format, sql`${first - 1} + k.ordinal`)
  const columns = [imagesOf(db, backfill.number.column).before]
  const values = [names.column(backfill.number.column, 't')]
  for (const [column, computed] of Object.entries(backfill.set)) {
    const { before, after } = imagesOf(db, column)
    columns.push(before, after)
    values.push(names.column(column, 't'), computed(db, 't', lookUp))
  }
  return db.change(
    sql`INSERT INTO ${planTable(backfill.table)} (row_key, row_hint, number, ${join(columns, ', ')})
      SELECT ${names.column(backfill.key, 't')}, ${locator ? sql`t.${locator}` : raw('NULL')},
        CASE WHEN k.ordinal IS NOT NULL THEN ${number}
          WHEN ${isUnnumbered(db, backfill, 't')} THEN (${rememberedNumber(db, backfill)}) END,
        ${join(values, ', ')}
      FROM ${names.table(backfill.table)} AS t LEFT JOIN p2c_rank AS k ON k.place = ${place}
      WHERE ${isToDo(db, backfill, 't', lookUp)} ORDER BY ${place}`,
  )
}

/**
 * p2c_order numbers the rows in the order of the backfill, p2c_rank has the same by place, and
 * p2c_taken the remembered numbers that another row has got meanwhile.
 */
async function rankTables(db: Database, backfill: Backfill): Promise<string> {
  // Without its type the place would compare as another type, and no look-up would use the key.
  const locator = await db.dialect.rowLocator(db, db.names.tableName(backfill.table))
  const place = locator ? raw('integer') : await keyCopyType(db, backfill.table, backfill.key)
  return [
    sql`CREATE TEMPORARY TABLE p2c_order (ordinal ${db.dialect.countingKey}, place ${place} NOT NULL)`,
    sql`CREATE TEMPORARY TABLE p2c_rank (place ${place} NOT NULL PRIMARY KEY, ordinal integer NOT NULL)`,
    sql`CREATE TEMPORARY TABLE p2c_taken (number text NOT NULL)`,
  ]
    .map(textOf)
    .join(';\n')
}

async function dropRanks(db: Database): Promise<void> {
  await db.script('DROP TABLE p2c_order; DROP TABLE p2c_rank; DROP TABLE p2c_taken')
}

async function placeOf(db: Database, backfill: Backfill): Promise<Sql> {
  const locator = await db.dialect.rowLocator(db, db.names.tableName(backfill.table))
  return locator ? sql`t.${locator}` : db.names.column(backfill.key, 't')
}

/** The number that the row had before an earlier rollback, unless another row has it now. */
function rememberedNumber(db: Database, backfill: Backfill): Sql {
  return sql`SELECT g.number FROM p2c_given_number AS g WHERE g.sequence = ${backfill.number.sequence}
    AND g.row_key = ${db.rules.guid(db.names.column(backfill.key, 't'))} AND g.number NOT IN (SELECT number FROM p2c_taken)`
}
