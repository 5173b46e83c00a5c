import type { Database } from '../database/database.ts'
import { salesTable, type SalesTableName } from '../domain/sales.ts'
import { all, identifier, literal, raw, sql, type Sql } from '../domain/sql.ts'
import { readsSales } from './compile.ts'
import type { Execution } from './execution.ts'
import type { ProjectLeg } from './project.ts'

/**
 * How the rows of a leg are gone through: in the order of the target's key, so that a batch
 * touches few pages of it.
 */
export interface Walk {
  /** What is walked, called `w`: narrow, and in the order of its keys. */
  readonly from: Sql
  /** Which of it is walked. */
  readonly condition: Sql
  /** What is joined to read a row, called `s`. */
  readonly join: Sql
  readonly sourceId: Sql
}

/** A stretch of a walk: keys behind `after`, up to `last`, to the end where there is none. */
export interface Stretch {
  readonly after: string
  readonly last: string | undefined
  readonly rows: number
}

/**
 * The walk of a leg in an execution. For a leg that reads Sales it makes the list of the rows
 * that the template selects, by one scan of the table: to test the flags of rows in the order of
 * their numbers would read a page for each of them.
 */
export async function makeWalk(db: Database, execution: Execution, leg: ProjectLeg): Promise<Walk> {
  return readsSales(leg) ? listSelected(db, execution, leg) : walkRecords(db, execution, leg)
}

/** Drops the list that `makeWalk` made. */
export async function dropWalk(db: Database): Promise<void> {
  await db.script('DROP TABLE IF EXISTS p2c_sync_work')
}

/** The next stretch of about `rows` rows; undefined where nothing is left. */
export async function nextStretch(
  db: Database,
  walk: Walk,
  after: string,
  rows: number,
): Promise<Stretch | undefined> {
  const found = await db.row<{ key: string }>(
    sql`SELECT w.key FROM ${walk.from} WHERE ${within(walk, { after, last: undefined })} ORDER BY w.key LIMIT 1 OFFSET ${rows - 1}`,
  )
  const last = found?.key
  const counted = await db.row<{ n: number }>(
    sql`SELECT count(*) AS n FROM ${walk.from} WHERE ${within(walk, { after, last })}`,
  )
  const n = Number(counted?.n ?? 0)
  return n === 0 ? undefined : { after, last, rows: n }
}

/** How many rows a walk has in all. */
export async function lengthOf(db: Database, walk: Walk): Promise<number> {
  const row = await db.row<{ n: number }>(
    sql`SELECT count(*) AS n FROM ${walk.from} WHERE ${within(walk, { after: '', last: undefined })}`,
  )
  return Number(row?.n ?? 0)
}

/** Whether a row of the walk lies in a stretch. */
export function within(walk: Walk, { after, last }: Pick<Stretch, 'after' | 'last'>): Sql {
  const bounds = [sql`w.key > ${after}`]
  if (last !== undefined) bounds.push(sql`w.key <= ${last}`)
  return all([walk.condition, ...bounds])
}

/** Whether the row called `s` is one that the template selects, by its flags. */
export function selects(db: Database, leg: ProjectLeg): Sql {
  const flag = (value: boolean) => db.dialect.flag(value)
  return all(
    Object.entries(leg.filter).map(
      ([column, value]) =>
        sql`coalesce(${db.names.column(column, 's')}, ${flag(false)}) = ${flag(value)}`,
    ),
  )
}

/** The number of the row called `s`, as it compares. */
export function numberOf(db: Database, leg: ProjectLeg): Sql {
  return db.dialect.bytewise(db.names.column(leg.number, 's'))
}

/** The Sales GUID of the row called `s`, as it compares. */
export function sourceIdOf(db: Database, leg: ProjectLeg): Sql {
  return db.rules.guid(db.names.column(salesTable(leg.source as SalesTableName).key, 's'))
}

async function listSelected(db: Database, execution: Execution, leg: ProjectLeg): Promise<Walk> {
  const table = salesTable(leg.source as SalesTableName)
  const source = db.names.table(leg.source)
  const number = numberOf(db, leg)
  const locator = await db.dialect.rowLocator(db, db.names.tableName(leg.source))
  const at = locator === null ? db.names.column(table.key, 's') : raw(`s.${locator.sql}`)
  const type = db.dialect.columnType(locator === null ? { kind: 'guid' } : { kind: 'integer' })
  await dropWalk(db)
  await db.script(
    `CREATE TEMP TABLE p2c_sync_work (key text NOT NULL, locator ${type} NOT NULL, PRIMARY KEY (key, locator)) ${db.dialect.clusteredByKey.sql}`,
  )
  const rows =
    execution.mode === 'retry'
      ? sql`p2c_sync_reject AS j JOIN ${source} AS s ON ${db.rules.hasGuid(table.name, 's', raw('j.source_id'))} AND j.task = ${execution.task} AND j.leg = ${leg.name}`
      : sql`${source} AS s`
  await db.change(
    sql`INSERT INTO p2c_sync_work (key, locator) SELECT ${number}, ${at} FROM ${rows} WHERE ${number} > '' AND ${selects(db, leg)} ORDER BY 1, 2`,
  )
  return {
    from: sql`p2c_sync_work AS w`,
    condition: all([]),
    // The row may have changed since it was listed.
    join: sql`JOIN ${source} AS s ON ${at} = w.locator AND ${number} = w.key AND ${selects(db, leg)}`,
    sourceId: sourceIdOf(db, leg),
  }
}

/** Only what this task wrote into CDS; in a retry, what it wrote now or could not deliver before. */
function walkRecords(db: Database, execution: Execution, leg: ProjectLeg): Walk {
  const organization = literal(db.config.organization.cds)
  const own = sql`w.task = ${literal(execution.task)}`
  const open = sql`(w.execution_id = ${literal(execution.id)} OR EXISTS (SELECT 1 FROM p2c_sync_reject AS j WHERE j.task = w.task AND j.leg = ${literal(leg.name)} AND j.source_id = w.source_id))`
  return {
    from: sql`p2c_sync_record AS w`,
    condition: execution.mode === 'retry' ? sql`(${own} AND ${open})` : sql`(${own})`,
    join: sql`JOIN ${identifier(leg.source)} AS s ON s."Organization_OrganizationId" = ${organization} AND s.${identifier(leg.number)} = w.key`,
    sourceId: raw('w.source_id'),
  }
}
