import { keyCopyType } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import type { ListedColumn } from '../database/dialect.ts'
import { salesTable, type SalesTableName } from '../domain/sales.ts'
import {
  all,
  empty,
  identifier,
  join,
  literal,
  mostlyTrue,
  raw,
  sql,
  type Sql,
} from '../domain/sql.ts'
import { readsSales } from './compile.ts'
import type { Execution } from './execution.ts'
import type { ProjectLeg } from './project.ts'
import { numberOf, selects, sourceIdOf } from './selection.ts'
import { dropWorkTables } from './work-tables.ts'

/**
 * How the rows of a leg are gone through: in the order of the target's key, so that a batch
 * touches few pages of it.
 */
export interface Walk {
  /** What is walked, called `w`: narrow, with the columns `key` and `source_id`. */
  readonly from: Sql
  /** What is joined to read a row, called `s`. */
  readonly join: Sql
  /** How many rows there are in all. */
  readonly length: number
  /**
   * Whether `w` still has what was observed of each row when it was listed; to be asked inside a
   * transaction.
   */
  isObserved(db: Database): Promise<boolean>
  /** Keys that divide it into so many parts of about the same length; fewer where it is short. */
  bounds(db: Database, parts: number): Promise<string[]>
  /**
   * The next stretch of about `rows` rows behind a key, up to and with the key `last`, or to the end
   * where that is null; undefined where nothing is left.
   */
  next(db: Database, after: string, last: string | null, rows: number): Promise<Stretch | undefined>
  /** The two halves of a stretch; null where it has one key only. */
  halve(db: Database, stretch: Stretch): Promise<readonly [Stretch, Stretch] | null>
}

/** What can be found out about the row called `s`, as columns for all rows that are listed. */
export interface Observation {
  /** What must be joined for it. */
  readonly joins: Sql
  readonly columns: readonly ListedColumn[]
}

/** A stretch of a walk: all rows with keys behind `after`, up to and with `last`. */
export interface Stretch {
  readonly after: string
  readonly last: string
  readonly rows: number
  /** Whether a row of the walk lies in it. */
  readonly within: Sql
  /**
   * The same of the row called `s`, where it is joined by the key: no planner concludes it, and one
   * would rather go through the whole source than look up each row of a stretch.
   */
  readonly sourceWithin: Sql
}

/**
 * The walk of a leg in an execution. For a leg that reads Sales it makes the list of the rows
 * that the template selects, by one scan of the table that is sorted, with what becomes of each: to
 * fetch rows in the order of their numbers would read a distant page for each of them.
 */
export async function makeWalk(
  db: Database,
  execution: Execution,
  leg: ProjectLeg,
  observe: Observation,
): Promise<Walk> {
  return readsSales(leg)
    ? listSelected(db, execution, leg, observe)
    : walkRecords(db, execution, leg)
}

async function listSelected(
  db: Database,
  execution: Execution,
  leg: ProjectLeg,
  observe: Observation,
): Promise<Walk> {
  const table = salesTable(leg.source as SalesTableName)
  const source = db.names.table(leg.source)
  const number = numberOf(db, leg)
  const locator = await db.dialect.rowLocator(db, db.names.tableName(leg.source))
  const at = locator === null ? db.names.column(table.key, 's') : raw(`s.${locator.sql}`)
  const type = locator === null ? await keyCopyType(db, table.name, table.key) : raw('integer')
  await dropWorkTables(db, ['work'])
  // Where nobody can tell whether a row has changed since, what was observed would be of no use.
  const canTell = (await db.transaction(() => db.dialect.salesMark(db))) !== null
  const columns: ListedColumn[] = [
    { name: raw('key'), value: number, type: db.dialect.bytewiseText },
    { name: raw('source_id'), value: sourceIdOf(db, leg), type: db.dialect.bytewiseText },
    { name: raw('locator'), value: at, type },
    ...(canTell ? observe.columns : []),
  ]
  const is = (guid: string) => db.rules.hasGuid(table.name, 's', raw(guid))
  const rows = {
    full: sql`${source} AS s ${db.dialect.readWhole}`,
    changed: sql`p2c_sync_affected AS f JOIN ${source} AS s ON ${is('f.guid')}`,
    retry: sql`p2c_sync_reject AS j JOIN ${source} AS s ON ${is('j.source_id')} AND j.task = ${execution.task} AND j.leg = ${leg.name}`,
  }[execution.mode]
  const joins = canTell ? observe.joins : empty
  const from = sql`${rows} ${joins} WHERE ${number} > '' AND ${selects(db, leg)}`
  const [length, mark] = await db.transaction(async () => [
    await db.dialect.makeList(db, {
      table: raw('p2c_sync_work'),
      isKept: false,
      columns,
      from,
      order: [number, at],
    }),
    await db.dialect.salesMark(db),
  ])
  await db.dialect.renewStatistics(db, raw('p2c_sync_work'), [raw('position')])
  return {
    from: sql`p2c_sync_work AS w`,
    // The row may have changed since it was listed.
    join: sql`JOIN ${source} AS s ON ${at} = w.locator AND ${mostlyTrue(sql`${number} = w.key AND ${selects(db, leg)}`)}`,
    length,
    isObserved: async connection =>
      mark !== null && mark === (await connection.dialect.salesMark(connection)),
    ...stretchesByPosition(length),
  }
}

/** Stretches of p2c_sync_work, which has so many rows. Rows that share a key are never parted. */
function stretchesByPosition(length: number): Pick<Walk, 'bounds' | 'next' | 'halve'> {
  interface Place {
    readonly position: number | null
    readonly key: string
  }
  /** The position of the last row of each key that a stretch ended with. */
  const positions = new Map([['', 0]])
  const one = (db: Database, query: Sql) => db.row<Place>(query)
  const positionIn = (row: Place | undefined) => Number(row?.position ?? 0)
  const positionOf = async (db: Database, key: string | null) => {
    if (key === null) return length
    const position =
      positions.get(key) ??
      positionIn(
        await one(db, sql`SELECT max(position) AS position FROM p2c_sync_work WHERE key <= ${key}`),
      )
    positions.set(key, position)
    return position
  }

  const stretch = async (
    db: Database,
    after: string,
    position: number,
  ): Promise<Stretch | undefined> => {
    const before = await positionOf(db, after)
    const end = await one(
      db,
      sql`SELECT position, key FROM p2c_sync_work WHERE position > ${before} AND position <= ${position} ORDER BY position DESC LIMIT 1`,
    )
    if (!end) return undefined
    const beyond = await one(
      db,
      sql`SELECT position, key FROM p2c_sync_work WHERE position > ${positionIn(end)} AND key <> ${end.key} ORDER BY position LIMIT 1`,
    )
    const last = beyond ? positionIn(beyond) - 1 : length
    positions.set(end.key, last)
    const within = sql`(w.position > ${before} AND w.position <= ${last})`
    return { after, last: end.key, rows: last - before, within, sourceWithin: all([]) }
  }
  return {
    bounds: async (db, parts) => {
      const found = await db.rows<Place>(
        sql`SELECT DISTINCT key FROM p2c_sync_work WHERE position IN (${join(bordersOf(length, parts).map(literal))}) ORDER BY key`,
      )
      return found.map(({ key }) => key)
    },
    next: async (db, after, last, rows) => {
      const [before, end] = [await positionOf(db, after), await positionOf(db, last)]
      return stretch(db, after, Math.min(before + rows, end))
    },
    halve: async (db, { after, last, rows }) => {
      const middle = (await positionOf(db, after)) + Math.floor(rows / 2)
      const first = await stretch(db, after, middle)
      if (!first || first.last === last) return null
      const second = await stretch(db, first.last, await positionOf(db, last))
      return second ? [first, second] : null
    },
  }
}

/** Positions after which rows in these positions are divided; none where they are one part. */
function bordersOf(length: number, parts: number): number[] {
  return Array.from({ length: parts - 1 }, (_, i) => Math.floor((length * (i + 1)) / parts))
}

/** Only what this task wrote into CDS; all of it, or what it wrote now or could not deliver before. */
async function walkRecords(db: Database, execution: Execution, leg: ProjectLeg): Promise<Walk> {
  const organization = literal(db.config.organization.cds)
  const own = sql`w.task = ${literal(execution.task)}`
  const open = sql`(w.execution_id = ${literal(execution.id)} OR EXISTS (SELECT 1 FROM p2c_sync_reject AS j WHERE j.task = w.task AND j.leg = ${literal(leg.name)} AND j.source_id = w.source_id))`
  const condition = execution.mode === 'full' ? own : all([own, open])
  const from = sql`p2c_sync_record AS w`
  const number = sql`s.${identifier(leg.number)}`
  const count = async (on: Database, within: Sql) => {
    const row = await on.row<{ n: number }>(sql`SELECT count(*) AS n FROM ${from} WHERE ${within}`)
    return Number(row?.n ?? 0)
  }
  const length = await count(db, condition)
  const inWalk = (after: string, last: string | null) =>
    all([condition, sql`w.key > ${after}`, ...(last === null ? [] : [sql`w.key <= ${last}`])])
  const keyAt = async (on: Database, within: Sql, offset: number) => {
    const row = await on.row<{ key: string }>(
      sql`SELECT w.key FROM ${from} WHERE ${within} ORDER BY w.key LIMIT 1 OFFSET ${offset}`,
    )
    return row?.key
  }
  const between = (after: string, last: string, rows: number): Stretch => ({
    after,
    last,
    rows,
    within: inWalk(after, last),
    sourceWithin: sql`(${number} > ${after} AND ${number} <= ${last})`,
  })
  const rest = async (on: Database, after: string, last: string | null) => {
    const within = inWalk(after, last)
    const end = await on.row<{ key: string }>(
      sql`SELECT w.key FROM ${from} WHERE ${within} ORDER BY w.key DESC LIMIT 1`,
    )
    return end && between(after, end.key, await count(on, within))
  }
  return {
    from,
    join: sql`JOIN ${identifier(leg.source)} AS s ON s."Organization_OrganizationId" = ${organization} AND ${number} = w.key`,
    length,
    isObserved: () => Promise.resolve(false),
    bounds: async (on, parts) => {
      const keys = bordersOf(length, parts).map(border => keyAt(on, condition, border - 1))
      return (await Promise.all(keys)).filter(key => key !== undefined)
    },
    next: async (on, after, last, rows) => {
      const end = await keyAt(on, inWalk(after, last), rows - 1)
      return end === undefined ? rest(on, after, last) : between(after, end, rows)
    },
    halve: async (on, { after, last, rows }) => {
      const half = Math.floor(rows / 2)
      const middle = half < 1 ? undefined : await keyAt(on, inWalk(after, null), half - 1)
      if (middle === undefined) return null
      return [between(after, middle, half), between(middle, last, rows - half)]
    },
  }
}
