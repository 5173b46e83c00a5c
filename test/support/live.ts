import { readFileSync, writeFileSync } from 'node:fs'
import Driver from 'better-sqlite3'
import { connect } from '../../src/database/connect.ts'
import type { Database } from '../../src/database/database.ts'
import { recorded } from '../../src/database/run.ts'
import { createSalesTable } from '../../src/database/sales-tables.ts'
import { salesTables } from '../../src/domain/sales.ts'
import { finish } from '../../src/events.ts'
import { loadMigrations } from '../../src/migration/load.ts'
import { applyMigrations } from '../../src/migration/migrate.ts'
import { freshConfig, freshDatabase, type Engine, type Teardown } from './database.ts'
import { salesTableOfText } from './sales.ts'

/** The migration that makes the triggers, and the one behind the last that numbers anything. */
export const liveSince = '20261101T0920_live_numbers_and_flags'
export const uniqueSince = '20261101T0950_unique_numbers'

/** The bytes of a database with the default settings and no rows; made once. */
let template: Promise<Buffer> | undefined

/** A Sales database in which new rows are served; `before` makes what is there before. */
export async function liveSales(
  t: Teardown,
  engine: Engine,
  settings?: object,
  before: (db: Database) => Promise<void> = makeTables,
): Promise<Database> {
  if (engine === 'sqlite' && settings === undefined && before === makeTables) {
    template ??= liveSales(t, engine, {}).then(fileOf)
    const config = await freshConfig(t, engine)
    writeFileSync(config.database.slice('sqlite:'.length), await template)
    const db = await connect(config, { mode: 'write' })
    t.teardown(() => db.close())
    return db
  }
  const db = await freshDatabase(t, engine, settings)
  await before(db)
  await migrateTo(db, liveSince)
  return db
}

/** The whole database as one file. */
export async function fileOf(db: Database): Promise<Buffer> {
  await db.script('PRAGMA journal_mode = DELETE')
  await db.close()
  return readFileSync(pathOf(db))
}

/** Where the file of a SQLite database is. */
export function pathOf(db: Database): string {
  return db.identity.slice('sqlite:'.length)
}

/** The five Sales tables as they are before the upgrade. */
export async function makeTables(db: Database): Promise<void> {
  for (const table of salesTables) await db.script(createSalesTable(db, table))
}

/** The same with GUIDs in columns of text on every engine. */
export async function makeTablesOfText(db: Database): Promise<void> {
  for (const table of salesTables) await db.script(salesTableOfText(db, table))
}

/** Applies the migrations up to a name. */
export async function migrateTo(db: Database, to: string): Promise<void> {
  const available = await loadMigrations()
  await finish(recorded(db, 'migrate', run => applyMigrations(db, run, available, to)))
}

/** Settings of a connection that change what triggers and keys do. */
export interface Habits {
  readonly recursiveTriggers?: boolean
  readonly foreignKeys?: boolean
}

/** The same SQLite file as another program opens it: without anything of ours. */
export function otherProgram(
  t: Teardown,
  db: Database,
  { recursiveTriggers = false, foreignKeys = false }: Habits = {},
): Driver.Database {
  const other = new Driver(pathOf(db))
  other.pragma(`recursive_triggers = ${recursiveTriggers ? 'ON' : 'OFF'}`)
  other.pragma(`foreign_keys = ${foreignKeys ? 'ON' : 'OFF'}`)
  t.teardown(() => {
    other.close()
  })
  return other
}
