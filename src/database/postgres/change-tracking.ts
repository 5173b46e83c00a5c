import { salesTable, type SalesTableName } from '../../domain/sales.ts'
import { all, raw, sql, type Sql } from '../../domain/sql.ts'
import type { Database } from '../database.ts'
import type { SchemaObject } from '../dialect.ts'
import { isNoted, notesChanges } from '../notes-changes.ts'
import { noted } from './noted.ts'
import type { PostgresDatabase } from './open.ts'
import { trigger } from './trigger.ts'

/**
 * See Dialect.changeTracking. A statement at a time, however many rows it writes. Rows that are new
 * are noted by the triggers that give them their numbers, or pass by those that they bring.
 */
export function changeTracking(db: PostgresDatabase): SchemaObject[] {
  return (['account', 'contact'] as const).flatMap(table => trackingOf(db, table))
}

function trackingOf(db: PostgresDatabase, table: SalesTableName): SchemaObject[] {
  const on = db.names.table(table)
  const key = db.names.column(salesTable(table).key)
  const keys = (rows: string) => sql`SELECT ${key} AS key FROM ${raw(rows)}`
  const noting = (name: string, event: Sql, manner: Sql, rows: Sql) =>
    trigger(
      db,
      `p2c_${table}_${name}`,
      on,
      event,
      sql`${manner} FOR EACH STATEMENT`,
      sql`BEGIN
  ${noted(table, sql`SELECT DISTINCT ${db.rules.guid(raw('written.key'))} FROM (${rows}) AS written WHERE written.key IS NOT NULL`)};
  RETURN NULL;
END`,
    )
  return [
    ...noting(
      'changed',
      sql`AFTER UPDATE`,
      sql`REFERENCING OLD TABLE AS gone NEW TABLE AS added`,
      sql`${keys('gone')} UNION ${keys('added')}`,
    ),
    ...noting('gone', sql`AFTER DELETE`, sql`REFERENCING OLD TABLE AS gone`, keys('gone')),
    ...trigger(
      db,
      `p2c_${table}_cleared`,
      on,
      sql`AFTER TRUNCATE`,
      sql`FOR EACH STATEMENT`,
      sql`BEGIN
  ${noted(table, sql`VALUES ('*')`)};
  RETURN NULL;
END`,
    ),
  ]
}

/**
 * See Dialect.salesMark. Whatever was committed since has left a note: so where there is none at all,
 * nothing has changed since any moment at which there was none either.
 */
export async function salesMark(db: PostgresDatabase): Promise<number | null> {
  if (!(await notesChanges(db))) return null
  return (await isNoted(db)) ? null : 0
}

/** See Dialect.notersOfNew. */
export const notersOfNew: readonly string[] = ['account', 'contact'].flatMap(table => [
  `p2c_${table}_number`,
  `p2c_${table}_kept_number`,
])

/** See Dialect.takeNotesOfNew. */
export async function takeNotesOfNew(db: Database): Promise<void> {
  await take(
    db,
    sql`UPDATE p2c_given_number SET is_new = 0 WHERE ${notTaken(raw('p2c_given_number'), raw('n.is_new = 1'))} RETURNING sequence, row_key`,
  )
}

/** See Dialect.takeNotes. */
export async function takeNotes(db: Database): Promise<void> {
  await take(
    db,
    sql`DELETE FROM p2c_changed_row WHERE ${notTaken(raw('p2c_changed_row'), all([]))} RETURNING table_name, row_key`,
  )
}

async function take(db: Database, notes: Sql): Promise<void> {
  await db.change(
    sql`WITH noted (table_name, row_key) AS (${notes}) INSERT INTO p2c_taken_row (table_name, row_key) SELECT table_name, row_key FROM noted ON CONFLICT DO NOTHING`,
  )
}

/** Finds rows by their places: there may be very many, of which no planner knows yet. */
function notTaken(table: Sql, where: Sql): Sql {
  return sql`ctid = ANY (ARRAY(SELECT n.ctid FROM ${table} AS n WHERE ${where} FOR UPDATE SKIP LOCKED))`
}

/** See Dialect.hasTriggers. */
export async function hasTriggers(
  db: PostgresDatabase,
  names: readonly string[],
): Promise<boolean> {
  const row = await db.row<{ n: number }>(
    sql`SELECT count(DISTINCT g.tgname) AS n FROM pg_catalog.pg_trigger AS g JOIN pg_catalog.pg_class AS c ON c.oid = g.tgrelid
      WHERE c.relnamespace = to_regnamespace(quote_ident(${db.schema})) AND NOT g.tgisinternal AND g.tgenabled IN ('O', 'A')
      AND g.tgname = ANY (CAST(${names} AS text[]))`,
  )
  return Number(row?.n) === names.length
}
