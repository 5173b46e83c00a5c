import type { Database } from '../database/database.ts'
import { now, type Run } from '../database/history.ts'
import { hasOwnTables } from '../database/own-tables.ts'
import { sql } from '../domain/sql.ts'
import type { NamedMigration } from './migration.ts'

/**
 * How far an applied migration got. `undoing`: a rollback began and did not end.
 */
export type Phase = 'backfill' | 'work' | 'verify' | 'done' | 'undoing'

export interface AppliedMigration {
  readonly name: string
  readonly checksum: string
  readonly phase: Phase
  /** DDL that takes back what was really done. */
  readonly undo: readonly string[]
  /** The names and formats it was applied with, as `settingsOf` gives them. */
  readonly settings: string
  readonly finishedOn: string | null
}

/** What is applied now, in order; nothing where p2c never worked on this database. */
export async function appliedMigrations(db: Database): Promise<AppliedMigration[]> {
  if (!(await hasOwnTables(db))) return []
  const rows = await db.rows<{
    name: string
    checksum: string
    phase: Phase
    undo: string
    settings: string
    finished_on: string | null
  }>(
    sql`SELECT name, checksum, phase, undo, settings, finished_on FROM p2c_migration ORDER BY name`,
  )
  return rows.map(({ undo, finished_on, ...row }) => ({
    ...row,
    undo: JSON.parse(undo) as string[],
    finishedOn: finished_on,
  }))
}

/** Settings that an applied migration has built into the database. */
export function settingsOf(db: Database): string {
  const { tables, columns, numbering, activity, organization } = db.config
  return JSON.stringify({ tables, columns, numbering, activity, organization })
}

/** Records, in the transaction of its schema, that a migration is applied. */
export async function recordApplied(
  db: Database,
  run: Run,
  migration: NamedMigration,
  undo: readonly string[],
): Promise<void> {
  await db.change(
    sql`INSERT INTO p2c_migration (name, checksum, phase, undo, settings, run_id, started_on)
      VALUES (${migration.name}, ${migration.checksum}, 'backfill', ${JSON.stringify(undo)}, ${settingsOf(db)}, ${run.id}, ${now()})`,
  )
  await recordEvent(db, run, migration.name, migration.checksum, 'applied')
}

/** Records how far a migration got. */
export async function recordPhase(db: Database, name: string, phase: Phase): Promise<void> {
  const finished = phase === 'done' ? now() : null
  // In a transaction, because the fence is asked at its end.
  await db.transaction(() =>
    db.change(
      sql`UPDATE p2c_migration SET phase = ${phase}, finished_on = ${finished} WHERE name = ${name}`,
    ),
  )
}

/** Records, in the transaction of its undoing, that a migration is no longer applied. */
export async function recordUndone(
  db: Database,
  run: Run,
  applied: AppliedMigration,
): Promise<void> {
  await db.change(sql`DELETE FROM p2c_migration WHERE name = ${applied.name}`)
  await recordEvent(db, run, applied.name, applied.checksum, 'undone')
}

async function recordEvent(
  db: Database,
  run: Run,
  name: string,
  checksum: string,
  event: 'applied' | 'undone',
): Promise<void> {
  await db.change(
    sql`INSERT INTO p2c_migration_event (run_id, migration, event, checksum, happened_on) VALUES (${run.id}, ${name}, ${event}, ${checksum}, ${now()})`,
  )
}
