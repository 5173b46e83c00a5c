import { columnOf, keyCopyType, valueCopyType } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import type { ColumnInfo, List, ListedColumn } from '../database/dialect.ts'
import { addToList } from '../database/list.ts'
import type { Ranks } from '../database/ranks.ts'
import { now } from '../database/history.ts'
import { all, any, identifier, join, literal, raw, sql, textOf, type Sql } from '../domain/sql.ts'
import { preview } from '../numbering/format.ts'
import { formatOf, nextNumber, takeBlock } from '../numbering/sequence.ts'
import {
  forAllRows,
  isDue,
  isUnnumbered,
  notRejected,
  planTable,
  writtenColumns,
  type Backfill,
} from './backfill.ts'
import { addClaims } from './claims.ts'

/** A plan that is fixed: positions 1 … rows. */
export interface Plan {
  readonly rows: number
}

/** What it took to make a plan, or to take in what came since. */
export interface Planned {
  /** How many rows were added. */
  readonly added: number
  /** The database's change mark of that moment, see `Dialect.changeMark`. */
  readonly mark: number | null
}

/**
 * Fixes, once and in one transaction, which rows are done, in which positions, which number each
 * gets, and what each holds before and after. Numbers follow the order of the backfill; positions
 * follow the order in which the table is stored, because a batch must touch few pages. Called again
 * it takes in the rows that came since, behind the positions that are there.
 */
export async function makePlan(
  db: Database,
  migration: string,
  backfill: Backfill,
): Promise<Planned> {
  const before = await findPlan(db, migration)
  const again = before !== undefined
  return db.transaction(async () => {
    const mark = await db.dialect.changeMark(db)
    if (again && !(await hasIncompleteRows(db, backfill))) return { added: 0, mark }
    // From the first plan on the triggers push the sequence past numbers that others give.
    const kept = again ? null : keptNumbers(db, backfill)
    const next = await nextNumber(db, backfill.number.sequence, kept)
    const remembered = await rememberedNumbers(db, backfill)
    const ranks = await rankRows(db, backfill, remembered)
    const numbered = ranks.count
    const first = await takeBlock(db, backfill.number.sequence, next, numbered)
    const planned = await plannedRows(db, backfill, first, ranks, remembered)
    const added = again ? await addToList(db, planned) : await db.dialect.makeList(db, planned)
    await ranks.forget()
    await remembered?.forget()
    const format = formatOf(db, backfill.number.sequence)
    const [firstText, lastText] =
      numbered > 0 ? [preview(format, first), preview(format, first + numbered - 1)] : [null, null]
    const rows = await highestPosition(db, backfill)
    await db.change(
      sql`INSERT INTO p2c_backfill (migration, table_name, state, rows, first_number, last_number, planned_on)
        VALUES (${migration}, ${backfill.table}, 'planned', ${rows}, ${firstText}, ${lastText}, ${now()})
        ON CONFLICT (migration) DO UPDATE SET rows = excluded.rows, last_number = coalesce(excluded.last_number, p2c_backfill.last_number)`,
    )
    await addClaims(db, migration, { first: (before?.rows ?? 0) + 1, last: rows })
    if (!again) await db.dialect.renewStatistics(db, planTable(backfill.table))
    return { added, mark }
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
export function orderOf(db: Database, backfill: Backfill, find: FindColumn): Sql[] {
  const { names, dialect } = db
  return backfill.order.flatMap(column => {
    const type = find(column)?.type
    if (type === undefined) return []
    return [dialect.ascendingNullsLast(dialect.bytewise(names.column(column, 't'), type))]
  })
}

/** A column of a table by its logical name; undefined where the table has none of this name. */
export type FindColumn = (column: string) => ColumnInfo | undefined

/** Which columns the table of a backfill has. */
export async function presentColumns(db: Database, backfill: Backfill): Promise<FindColumn> {
  const table = await db.dialect.describeTable(db, db.names.tableName(backfill.table))
  return column => columnOf(db, table, column)
}

/** A query for the numbers that rows have already. */
export function keptNumbers(db: Database, backfill: Backfill): Sql {
  return sql`SELECT ${db.names.column(backfill.number.column, 't')} AS number FROM ${db.names.table(backfill.table)} AS t WHERE NOT ${isUnnumbered(db, backfill, 't')}`
}

/**
 * Whether a row came late, or lost what it had. Its triggers keep the flags of a row that has all of them: so
 * nobody has to look whether they are right, which takes ten times as long.
 */
async function hasIncompleteRows(db: Database, backfill: Backfill): Promise<boolean> {
  const lacks = Object.keys(backfill.set).map(
    column => sql`${db.names.column(column, 't')} IS NULL`,
  )
  const isIncomplete = any([isUnnumbered(db, backfill, 't'), ...lacks])
  const found = await db.row(
    sql`SELECT 1 FROM ${db.names.table(backfill.table)} AS t WHERE ${all([isIncomplete, notRejected(db, backfill, 't')])} LIMIT 1`,
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

/** The numbers that rows had before an earlier rollback. */
interface Remembered {
  /** A query for the number of the row called `t`, unless another row has it now. */
  readonly ofRow: Sql
  /** Lets go of what it takes. */
  forget(): Promise<void>
}

/** null where no number is remembered: then no row need be asked. */
async function rememberedNumbers(db: Database, backfill: Backfill): Promise<Remembered | null> {
  const { names, rules } = db
  const { column, sequence } = backfill.number
  const isOfSequence = sql`g.sequence = ${literal(sequence)}`
  const any = await db.row(sql`SELECT 1 FROM p2c_given_number AS g WHERE ${isOfSequence} LIMIT 1`)
  if (!any) return null
  const key = rules.guid(names.column(backfill.key, 't'))
  // Triggers may have written very many since the server last looked.
  await db.dialect.renewStatistics(db, raw('p2c_given_number'))
  const taken = db.dialect.workTable(db, raw('p2c_taken'))
  await db.script(textOf(sql`CREATE ${taken} (number text NOT NULL)`))
  await db.change(
    sql`INSERT INTO p2c_taken SELECT DISTINCT g.number FROM ${names.table(backfill.table)} AS t JOIN p2c_given_number AS g
      ON ${isOfSequence} AND g.number = ${names.column(column, 't')} AND g.row_key <> ${key}`,
  )
  return {
    ofRow: sql`SELECT g.number FROM p2c_given_number AS g WHERE ${isOfSequence} AND g.row_key = ${key} AND g.number NOT IN (SELECT number FROM p2c_taken)`,
    forget: () => db.script('DROP TABLE p2c_taken'),
  }
}

/** Ranks the rows that need a new number, by their places. */
async function rankRows(
  db: Database,
  backfill: Backfill,
  remembered: Remembered | null,
): Promise<Ranks> {
  const locator = await db.dialect.rowLocator(db, db.names.tableName(backfill.table))
  const conditions = [isUnnumbered(db, backfill, 't'), notRejected(db, backfill, 't')]
  if (remembered) conditions.push(sql`NOT EXISTS (${remembered.ofRow})`)
  const order = join(orderOf(db, backfill, await presentColumns(db, backfill)), ', ')
  return db.dialect.rank(db, {
    place: await placeOf(db, backfill),
    areRowids: locator !== null,
    type: locator ? raw('integer') : await keyCopyType(db, backfill.table, backfill.key),
    from: sql`${db.names.table(backfill.table)} AS t WHERE ${all(conditions)}`,
    order,
  })
}

/**
 * The rows that are due, with all that the plan says of them, in storage order. The plan is its own
 * journal: what a row held before stands beside what it will hold.
 */
async function plannedRows(
  db: Database,
  backfill: Backfill,
  first: number,
  ranks: Ranks,
  remembered: Remembered | null,
): Promise<List> {
  const { names, dialect } = db
  const { table, key, number, set } = backfill
  const locator = await dialect.rowLocator(db, names.tableName(table))
  const place = await placeOf(db, backfill)
  const lookUp = await forAllRows(db, backfill, 't')
  const fresh = ranks.numberOf(formatOf(db, number.sequence), first, place)
  const columns: ListedColumn[] = [
    {
      name: raw('row_key'),
      type: await keyCopyType(db, table, key),
      value: names.column(key, 't'),
    },
    {
      name: raw('row_hint'),
      type: raw('bigint'),
      value: locator ? sql`t.${locator}` : raw('NULL'),
    },
    {
      name: raw('number'),
      type: raw('text'),
      value: remembered
        ? sql`coalesce(${fresh}, CASE WHEN ${isUnnumbered(db, backfill, 't')} THEN (${remembered.ofRow}) END)`
        : fresh,
      isCostly: remembered === null,
    },
  ]
  for (const column of writtenColumns(backfill)) {
    const { before, after } = imagesOf(db, column)
    const type = await valueCopyType(db, table, column)
    const computed = set[column]
    columns.push({ name: before, type, value: names.column(column, 't') })
    if (computed) columns.push({ name: after, type, value: computed(db, 't', lookUp) })
  }
  return {
    table: planTable(table),
    isKept: true,
    columns,
    from: sql`${names.table(table)} AS t ${ranks.joinAt(place)} WHERE ${isDue(db, backfill, 't', lookUp)}`,
    order: [dialect.storagePlace ? sql`t.${dialect.storagePlace}` : place],
  }
}

async function placeOf(db: Database, backfill: Backfill): Promise<Sql> {
  const locator = await db.dialect.rowLocator(db, db.names.tableName(backfill.table))
  return locator ? sql`t.${locator}` : db.names.column(backfill.key, 't')
}
