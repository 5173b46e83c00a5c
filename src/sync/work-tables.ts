import type { Database } from '../database/database.ts'
import { raw, type Sql } from '../domain/sql.ts'

/** What a leg lists, and looks things up in: `p2c_sync_…`; `work` are the lists of all its parts. */
export const workTablesOfLeg = [
  'currency',
  'duplicate',
  'account',
  'customer',
  'affected',
  'work',
] as const

/** What all legs look things up in. */
const workTablesOfSession = ['country'] as const

type WorkTable = (typeof workTablesOfLeg | typeof workTablesOfSession)[number]

/** The table in which the part of a leg at this place is listed. */
export function listOf(place: number): Sql {
  return raw(`p2c_sync_work_${place + 1}`)
}

/**
 * Makes the table `p2c_sync_…` anew, which all connections of a run see. One of a run that was
 * killed may still be there.
 *
 * @param columns as DDL has them; text compares as the targets' does, so that their indexes and these
 * serve one another
 */
export async function makeWorkTable(
  db: Database,
  name: Exclude<WorkTable, 'work'>,
  columns: string,
): Promise<void> {
  const { bytewiseText, clusteredByKey } = db.dialect
  const typed = columns.replaceAll(/ text\b/g, ` ${bytewiseText.sql}`)
  await dropWorkTables(db, [name])
  const table = db.dialect.workTable(db, raw(`p2c_sync_${name}`))
  await db.script(`CREATE ${table.sql} (${typed}) ${clusteredByKey.sql}`)
}

/** Drops all that a run may have left behind. */
export async function dropAllWorkTables(db: Database): Promise<void> {
  await db.dialect.workAside?.clear(db)
  await dropWorkTables(db, [...workTablesOfSession, ...workTablesOfLeg])
}

/** Drops these, where they are there. */
export async function dropWorkTables(db: Database, names: readonly WorkTable[]): Promise<void> {
  const tables = names.flatMap(name => (name === 'work' ? allLists(db) : [`p2c_sync_${name}`]))
  await db.script(tables.map(table => `DROP TABLE IF EXISTS ${table}`).join(';'))
}

/** A run that was killed does not tell into how many parts it had divided its leg. */
function allLists(db: Database): string[] {
  return Array.from({ length: db.dialect.habits.writers }, (_, place) => listOf(place).sql)
}
