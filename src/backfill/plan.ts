import type { Database } from '../database/database.ts'
import type { ColumnInfo } from '../database/dialect.ts'
import { now } from '../database/history.ts'
import { all, identifier, join, raw, sql, textOf, type Sql } from '../domain/sql.ts'
import { preview } from '../numbering/format.ts'
import { ensureRoom, formatOf, nextNumber, takeBlock } from '../numbering/sequence.ts'
import { isToDo, ownTables, writtenColumns, type Backfill } from './backfill.ts'

/** What a plan would do, before it is made. */
export interface PlanPreview {
  readonly rows: number
  /** Of these, rows that get a number which was never given before. */
  readonly newNumbers: number
  /** `CON-01000-??????`; null where no new number is given. */
  readonly firstNumber: string | null
  readonly lastNumber: string | null
  /** The first rows in the order of the backfill. */
  readonly samples: readonly PlanSample[]
}

/** One row before and after, by the names of its columns. */
export interface PlanSample {
  readonly key: string
  readonly before: Readonly<Record<string, unknown>>
  readonly after: Readonly<Record<string, unknown>>
}

const shownSamples = 3

/** A plan that is fixed: positions 1 … rows. */
export interface Plan {
  readonly rows: number
}

/**
 * Fixes, once and in one transaction, which rows are done, in which positions, and which number
 * each gets. Numbers follow the order of the backfill; positions follow the order in which the
 * table is stored, because a batch must touch few pages. Called again it takes in the rows that
 * came since, behind the positions that are there.
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
    await db.script(await planTables(db, backfill))
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
    await db.change(
      sql`INSERT INTO p2c_backfill (migration, table_name, state, rows, first_number, last_number, planned_on)
        VALUES (${migration}, ${backfill.table}, 'planned', ${added}, ${firstText}, ${lastText}, ${now()})
        ON CONFLICT (migration) DO UPDATE SET rows = p2c_backfill.rows + excluded.rows, last_number = coalesce(excluded.last_number, p2c_backfill.last_number)`,
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

/** Counts what a plan would hold, without writing anything. The columns may not be there yet. */
export async function previewPlan(db: Database, backfill: Backfill): Promise<PlanPreview> {
  const situation = await situationOf(db, backfill)
  const { toDo, unnumbered, remembered, hasNumberColumn } = situation
  const counts = await db.row<{ all_rows: number; fresh: number }>(
    sql`SELECT count(*) AS all_rows, coalesce(sum(CASE WHEN ${unnumbered} AND (${remembered}) IS NULL THEN 1 ELSE 0 END), 0) AS fresh
      FROM ${db.names.table(backfill.table)} AS t WHERE ${toDo}`,
  )
  const newNumbers = Number(counts?.fresh ?? 0)
  const first = await nextNumber(
    db,
    backfill.number.sequence,
    hasNumberColumn ? keptNumbers(db, backfill) : null,
  )
  const format = formatOf(db, backfill.number.sequence)
  ensureRoom(format, first, newNumbers)
  return {
    rows: Number(counts?.all_rows ?? 0),
    newNumbers,
    firstNumber: newNumbers > 0 ? preview(format, first) : null,
    lastNumber: newNumbers > 0 ? preview(format, first + newNumbers - 1) : null,
    samples: await samplesOf(db, backfill, situation, first),
  }
}

/** What can be asked of the rows while columns and own tables may still be missing. */
interface Situation {
  readonly hasNumberColumn: boolean
  readonly columns: ReadonlySet<string>
  readonly toDo: Sql
  readonly unnumbered: Sql
  /** The number of before an earlier rollback, or NULL. */
  readonly remembered: Sql
}

async function situationOf(db: Database, backfill: Backfill): Promise<Situation> {
  const { names, rules } = db
  const table = await db.dialect.describeTable(db, names.tableName(backfill.table))
  const columns = new Set(table?.columns.map(column => column.name.toLowerCase()))
  const has = (column: string) => columns.has(names.columnName(column).toLowerCase())
  const known = (await db.dialect.describeTable(db, 'p2c_given_number')) !== undefined
  const { column, sequence } = backfill.number
  return {
    columns,
    hasNumberColumn: has(column),
    toDo: known && writtenColumns(backfill).every(has) ? isToDo(db, backfill, 't') : all([]),
    unnumbered: has(column) ? rules.hasNoNumber(names.column(column, 't')) : all([]),
    remembered: known
      ? sql`SELECT g.number FROM p2c_given_number AS g WHERE g.sequence = ${sequence} AND g.row_key = ${rules.guid(names.column(backfill.key, 't'))}`
      : raw('NULL'),
  }
}

async function samplesOf(
  db: Database,
  backfill: Backfill,
  { columns, toDo, unnumbered, remembered }: Situation,
  first: number,
): Promise<PlanSample[]> {
  const { names, dialect } = db
  const isThere = (column: string) => columns.has(names.columnName(column).toLowerCase())
  const written = writtenColumns(backfill)
  const before = written.map((column, i) =>
    isThere(column)
      ? sql`${names.column(column, 't')} AS ${raw(`before_${i}`)}`
      : sql`NULL AS ${raw(`before_${i}`)}`,
  )
  const after = Object.values(backfill.set).map(
    (computed, i) => sql`${computed(db, 't')} AS ${raw(`after_${i + 1}`)}`,
  )
  const rows = await db.rows<Record<string, unknown>>(
    sql`SELECT ${names.column(backfill.key, 't')} AS row_key, CASE WHEN ${unnumbered} THEN 1 ELSE 0 END AS unnumbered, (${remembered}) AS remembered, ${join([...before, ...after], ', ')}
      FROM ${names.table(backfill.table)} AS t WHERE ${toDo} ORDER BY ${join(orderOf(db, backfill, columns), ', ')} LIMIT ${shownSamples}`,
  )
  let next = first
  return rows.map(row => {
    const number = () =>
      row['remembered'] ?? preview(formatOf(db, backfill.number.sequence), next++)
    const value = (i: number) => {
      if (i === 0) return Number(row['unnumbered']) === 1 ? number() : row['before_0']
      return dialect.readFlag(row[`after_${i}`])
    }
    const named = (valueOf: (i: number) => unknown) =>
      Object.fromEntries(written.map((column, i) => [names.columnName(column), valueOf(i)]))
    return {
      key: String(row['row_key']),
      before: named(i => row[`before_${i}`]),
      after: named(value),
    }
  })
}

function orderOf(db: Database, backfill: Backfill, columns: ReadonlySet<string>): Sql[] {
  const { names, dialect } = db
  return backfill.order
    .filter(column => columns.has(names.columnName(column).toLowerCase()))
    .map(column => dialect.ascendingNullsLast(dialect.bytewise(names.column(column, 't'))))
}

/** Names of the journal's columns for one written column. */
export function journalColumns(db: Database, column: string): { before: Sql; after: Sql } {
  const name = db.names.columnName(column)
  return { before: identifier(`old_${name}`), after: identifier(`new_${name}`) }
}

async function planTables(db: Database, backfill: Backfill): Promise<string> {
  const { plan, journal } = ownTables(backfill)
  const keyType = await keyTypeOf(db, backfill)
  const pairs: Sql[] = []
  for (const column of writtenColumns(backfill)) {
    const { before, after } = journalColumns(db, column)
    const type = db.dialect.typeOfValueCopy(await columnOf(db, backfill, column))
    pairs.push(sql`${before} ${type}`)
    if (column !== backfill.number.column) pairs.push(sql`${after} ${type}`)
  }
  return [
    sql`CREATE TABLE IF NOT EXISTS ${plan} (position ${db.dialect.countingKey}, row_key ${keyType} NOT NULL, row_hint bigint, number text)`,
    sql`CREATE TABLE IF NOT EXISTS ${journal} (position ${db.dialect.countingKey}, ${join(pairs, ', ')})`,
  ]
    .map(textOf)
    .join(';\n')
}

async function keyTypeOf(db: Database, backfill: Backfill): Promise<Sql> {
  return db.dialect.typeOfKeyCopy(await columnOf(db, backfill, backfill.key))
}

async function columnOf(db: Database, backfill: Backfill, column: string): Promise<ColumnInfo> {
  const { names } = db
  const table = await db.dialect.describeTable(db, names.tableName(backfill.table))
  const name = names.columnName(column).toLowerCase()
  const found = table?.columns.find(there => there.name.toLowerCase() === name)
  if (!found) throw new RangeError(`no column ${backfill.table}.${column}`)
  return found
}

function keptNumbers(db: Database, backfill: Backfill): Sql {
  const column = db.names.column(backfill.number.column)
  return sql`SELECT ${column} AS number FROM ${db.names.table(backfill.table)} WHERE NOT ${db.rules.hasNoNumber(column)}`
}

async function hasRowsToDo(db: Database, backfill: Backfill): Promise<boolean> {
  const found = await db.row(
    sql`SELECT 1 FROM ${db.names.table(backfill.table)} AS t WHERE ${isToDo(db, backfill, 't')} LIMIT 1`,
  )
  return found !== undefined
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
  const described = await db.dialect.describeTable(db, names.tableName(backfill.table))
  const columns = new Set(described?.columns.map(column => column.name.toLowerCase()))
  await db.change(
    sql`INSERT INTO p2c_order (place) SELECT ${place} FROM ${table} AS t
      WHERE ${isToDo(db, backfill, 't')} AND ${rules.hasNoNumber(names.column(backfill.number.column, 't'))}
      AND NOT EXISTS (${rememberedNumber(db, backfill)})
      ORDER BY ${join(orderOf(db, backfill, columns), ', ')}`,
  )
  return db.change(sql`INSERT INTO p2c_rank SELECT place, ordinal FROM p2c_order ORDER BY place`)
}

/** Writes the plan in storage order. */
async function fillPlan(db: Database, backfill: Backfill, first: number): Promise<number> {
  const { names, dialect } = db
  const locator = await dialect.rowLocator(db, names.tableName(backfill.table))
  const place = await placeOf(db, backfill)
  const format = formatOf(db, backfill.number.sequence)
  const number = dialect.numberText(db, format, sql`${first - 1} + k.ordinal`)
  return db.change(
    sql`INSERT INTO ${ownTables(backfill).plan} (row_key, row_hint, number)
      SELECT ${names.column(backfill.key, 't')}, ${locator ? sql`t.${locator}` : raw('NULL')},
        CASE WHEN k.ordinal IS NOT NULL THEN ${number}
          WHEN ${db.rules.hasNoNumber(names.column(backfill.number.column, 't'))} THEN (${rememberedNumber(db, backfill)}) END
      FROM ${names.table(backfill.table)} AS t LEFT JOIN p2c_rank AS k ON k.place = ${place}
      WHERE ${isToDo(db, backfill, 't')} ORDER BY ${place}`,
  )
}

/**
 * p2c_order numbers the rows in the order of the backfill, p2c_rank has the same by place, and
 * p2c_taken the remembered numbers that another row has got meanwhile.
 */
async function rankTables(db: Database, backfill: Backfill): Promise<string> {
  // Without its type the place would compare as another type, and no look-up would use the key.
  const locator = await db.dialect.rowLocator(db, db.names.tableName(backfill.table))
  const place = locator ? raw('integer') : await keyTypeOf(db, backfill)
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
