import { existsSync, readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import type { Database } from '../../src/database/database.ts'
import { createSalesTable, standardColumns } from '../../src/database/sales-tables.ts'
import { salesTables } from '../../src/domain/sales.ts'
import { join, sql } from '../../src/domain/sql.ts'
import { freshDatabase, type Engine, type Teardown } from './database.ts'

/** The worlds in `seeds/`. */
export const worlds = [
  'one-of-each-kind',
  'duplicate-account-numbers',
  'half-numbered',
  'odd-text',
] as const
export type World = (typeof worlds)[number]

/** The folder of a world. */
export function folderOf(world: World): string {
  return new URL(`../../seeds/${world}`, import.meta.url).pathname
}

/** The GUID of a contact of these worlds, by its place in contacts.csv. */
export function worldContact(n: number): string {
  return `000000c0-0000-4000-8000-${String(n).padStart(12, '0')}`
}

/** Makes the Sales tables and puts a world into them, as its files have it. */
export async function loadWorld(db: Database, world: World): Promise<void> {
  for (const table of salesTables) {
    const file = `${folderOf(world)}/${table.file}.csv`
    const [header = [], ...rows] = existsSync(file) ? parse(readFileSync(file), { bom: true }) : []
    const known = standardColumns(table)
    const more = header.filter(name => !known.some(column => column.name === name))
    const text = { kind: 'text', maxLength: 100 } as const
    const columns = [...known, ...more.map(name => ({ name, type: text }))]
    await db.script(createSalesTable(db, table, columns))
    const names = join(header.length > 0 ? header.map(name => db.names.column(name)) : [sql`none`])
    for (const row of rows)
      await db.change(
        sql`INSERT INTO ${db.names.table(table.name)} (${names}) VALUES (${join(row.map(value => sql`${value === '' ? null : value}`))})`,
      )
  }
}

/** A database of its own with a world in it; settings on top of the defaults. */
export async function freshWorld(
  t: Teardown,
  engine: Engine,
  world: World = 'one-of-each-kind',
  settings: object = {},
): Promise<Database> {
  const db = await freshDatabase(t, engine, settings)
  await loadWorld(db, world)
  return db
}
