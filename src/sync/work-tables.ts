import type { Database } from '../database/database.ts'

/** What a leg lists, and looks things up in: `p2c_sync_…`. */
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

/**
 * Makes the table `p2c_sync_…` anew, which all connections of a run see. One of a run that was
 * killed may still be there.
 *
 * @param columns as DDL has them; text compares as the targets' does, so that their indexes and these
 * serve one another
 */
export async function makeWorkTable(db: Database, name: WorkTable, columns: string): Promise<void> {
  const { bytewiseText, clusteredByKey, workTable } = db.dialect
  const typed = columns.replaceAll(/ text\b/g, ` ${bytewiseText.sql}`)
  await dropWorkTables(db, [name])
  await db.script(`CREATE ${workTable.sql} p2c_sync_${name} (${typed}) ${clusteredByKey.sql}`)
}

/** Drops these, or all that a run may have left behind. */
export async function dropWorkTables(
  db: Database,
  names: readonly WorkTable[] = [...workTablesOfSession, ...workTablesOfLeg],
): Promise<void> {
  await db.script(names.map(name => `DROP TABLE IF EXISTS p2c_sync_${name}`).join(';'))
}
