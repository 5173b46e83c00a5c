import type { Database } from '../database/database.ts'
import { all, join, raw, sql, type Sql } from '../domain/sql.ts'
import { preview } from '../numbering/format.ts'
import { ensureRoom, formatOf, nextNumber } from '../numbering/sequence.ts'
import { isDue, isUnnumbered, notRejected, writtenColumns, type Backfill } from './backfill.ts'
import { keptNumbers, orderOf, presentColumns, type FindColumn } from './plan.ts'

/** What a plan would do, before it is made. */
export interface PlanPreview extends NumberPreview {
  readonly rows: number
  /** The first rows in the order of the backfill. */
  readonly samples: readonly PlanSample[]
}

/** The numbers that a plan would give. */
export interface NumberPreview {
  /** Rows that get a number which was never given before. */
  readonly newNumbers: number
  /** `CON-01000-??????`; null where no new number is given. */
  readonly firstNumber: string | null
  readonly lastNumber: string | null
}

/** One row before and after, by the names of its columns. */
export interface PlanSample {
  readonly key: string
  readonly before: Readonly<Record<string, unknown>>
  readonly after: Readonly<Record<string, unknown>>
}

const shownSamples = 3

/** Counts what a plan would hold, without writing anything. The columns may not be there yet. */
export async function previewPlan(db: Database, backfill: Backfill): Promise<PlanPreview> {
  const situation = await situationOf(db, backfill)
  const { first, ...numbers } = await numbersOf(db, backfill, situation)
  const counted = await db.row<{ n: number }>(
    sql`SELECT count(*) AS n FROM ${db.names.table(backfill.table)} AS t WHERE ${situation.due}`,
  )
  return {
    rows: Number(counted?.n ?? 0),
    ...numbers,
    samples: await samplesOf(db, backfill, situation, first),
  }
}

/**
 * The numbers that a plan would give, which is quicker to have than the whole preview.
 *
 * @throws P2cError NUMBERS_EXHAUSTED where the format has not enough of them
 */
export async function previewNumbers(db: Database, backfill: Backfill): Promise<NumberPreview> {
  const { newNumbers, firstNumber, lastNumber } = await numbersOf(
    db,
    backfill,
    await situationOf(db, backfill),
  )
  return { newNumbers, firstNumber, lastNumber }
}

/** What can be asked of the rows while columns and own tables may still be missing. */
interface Situation {
  readonly hasNumberColumn: boolean
  readonly find: FindColumn
  readonly due: Sql
  readonly unnumbered: Sql
  /** The number of before an earlier rollback; null where none can be remembered. */
  readonly remembered: Sql | null
}

async function situationOf(db: Database, backfill: Backfill): Promise<Situation> {
  const { names, rules } = db
  const find = await presentColumns(db, backfill)
  const has = (column: string) => find(column) !== undefined
  const known = (await db.dialect.describeTable(db, 'p2c_given_number')) !== undefined
  const { column, sequence } = backfill.number
  return {
    find,
    hasNumberColumn: has(column),
    due:
      known && writtenColumns(backfill).every(has)
        ? isDue(db, backfill, 't', 'in the whole table')
        : all([]),
    unnumbered: all([
      ...(has(column) ? [isUnnumbered(db, backfill, 't')] : []),
      ...(known ? [notRejected(db, backfill, 't')] : []),
    ]),
    remembered: known
      ? sql`SELECT g.number FROM p2c_given_number AS g WHERE g.sequence = ${sequence} AND g.row_key = ${rules.guid(names.column(backfill.key, 't'))}`
      : null,
  }
}

async function numbersOf(
  db: Database,
  backfill: Backfill,
  { unnumbered, remembered, hasNumberColumn }: Situation,
): Promise<NumberPreview & { first: number }> {
  const isFresh = remembered ? sql`${unnumbered} AND NOT EXISTS (${remembered})` : unnumbered
  const fresh = await db.row<{ n: number }>(
    sql`SELECT count(*) AS n FROM ${db.names.table(backfill.table)} AS t WHERE ${isFresh}`,
  )
  const newNumbers = Number(fresh?.n ?? 0)
  const kept = hasNumberColumn ? keptNumbers(db, backfill) : null
  const first = await nextNumber(db, backfill.number.sequence, kept)
  const format = formatOf(db, backfill.number.sequence)
  ensureRoom(format, first, newNumbers)
  return {
    first,
    newNumbers,
    firstNumber: newNumbers > 0 ? preview(format, first) : null,
    lastNumber: newNumbers > 0 ? preview(format, first + newNumbers - 1) : null,
  }
}

async function samplesOf(
  db: Database,
  backfill: Backfill,
  { find, due, unnumbered, remembered }: Situation,
  first: number,
): Promise<PlanSample[]> {
  const { names, dialect } = db
  const written = writtenColumns(backfill)
  const before = written.map((column, i) =>
    find(column)
      ? sql`${names.column(column, 't')} AS ${raw(`before_${i}`)}`
      : sql`NULL AS ${raw(`before_${i}`)}`,
  )
  const after = Object.values(backfill.set).map(
    (computed, i) => sql`${computed(db, 't', 'in the whole table')} AS ${raw(`after_${i + 1}`)}`,
  )
  // The rows first, and only of these the values: each costs a look at other tables.
  const order = join(orderOf(db, backfill, find), ', ')
  const table = names.table(backfill.table)
  const key = names.column(backfill.key, 't')
  const shown = sql`SELECT ${key} FROM ${table} AS t WHERE ${due} ORDER BY ${order} LIMIT ${shownSamples}`
  const rows = await db.rows<Record<string, unknown>>(
    sql`SELECT ${key} AS row_key, CASE WHEN ${unnumbered} THEN 1 ELSE 0 END AS unnumbered, (${remembered ?? raw('NULL')}) AS remembered, ${join([...before, ...after], ', ')}
      FROM ${table} AS t WHERE ${key} IN (${shown}) ORDER BY ${order}`,
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
