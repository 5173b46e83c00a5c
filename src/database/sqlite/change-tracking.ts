import { salesTable, type SalesTableName } from '../../domain/sales.ts'
import { literal, raw, sql, type Sql } from '../../domain/sql.ts'
import type { Database } from '../database.ts'
import type { SchemaObject } from '../dialect.ts'
import { of, trigger } from './trigger.ts'

/** See Dialect.changeTracking. */
export function changeTracking(db: Database): SchemaObject[] {
  return (['account', 'contact'] as const).flatMap(table => trackingOf(db, table))
}

function trackingOf(db: Database, table: SalesTableName): SchemaObject[] {
  const on = db.names.table(table)
  const key = db.names.column(salesTable(table).key)
  const note = (row: 'NEW' | 'OLD') => noted(table, db.rules.guid(of(row, key)))
  return [
    trigger(`p2c_${table}_added`, sql`AFTER INSERT ON ${on}`, [note('NEW')]),
    trigger(`p2c_${table}_changed`, sql`AFTER UPDATE ON ${on}`, [note('OLD'), note('NEW')]),
    trigger(`p2c_${table}_gone`, sql`AFTER DELETE ON ${on}`, [note('OLD')]),
  ]
}

/** Not INSERT OR IGNORE: inside a trigger the OR of the statement that fired it rules. */
function noted(table: string, guid: Sql): Sql {
  const row = sql`table_name = ${literal(table)} AND row_key = ${guid}`
  return sql`INSERT INTO p2c_changed_row (table_name, row_key) SELECT ${literal(table)}, ${guid} WHERE ${guid} IS NOT NULL AND NOT EXISTS (SELECT ${raw('1')} FROM p2c_changed_row WHERE ${row})`
}

/** See Dialect.takeNotes. Whoever else writes has to wait. */
export async function takeNotes(db: Database): Promise<void> {
  await db.change(
    sql`INSERT INTO p2c_taken_row (table_name, row_key) SELECT table_name, row_key FROM p2c_changed_row WHERE true ON CONFLICT DO NOTHING`,
  )
  await db.change(sql`DELETE FROM p2c_changed_row`)
}

/** See Dialect.hasTriggers. */
export async function hasTriggers(db: Database, names: readonly string[]): Promise<boolean> {
  const rows = await db.rows<{ name: string }>(
    sql`SELECT name FROM sqlite_master WHERE type = 'trigger'`,
  )
  const there = new Set(rows.map(row => row.name))
  return names.every(name => there.has(name))
}
