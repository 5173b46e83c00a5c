import type { Database } from '../database/database.ts'
import { now, type Run } from '../database/history.ts'
import { hasOwnTables } from '../database/own-tables.ts'
import { sql } from '../domain/sql.ts'
import type { NamedMigration } from './migration.ts'

/**
 * How far an applied migration got. `schema:C.P`: C of its changes are done, and P pieces of the
 * next one. `undoing`: a rollback began and did not end; `undoing:N`: only the schema is left, of
 * which N statements are taken back.
 */
export type Phase =
  | `schema:${number}.${number}`
  | 'backfill'
  | 'work'
  | 'verify'
  | 'done'
  | 'undoing'
  | `undoing:${number}`

/** How far the schema of a migration got that is made in pieces. */
export interface SchemaStand {
  readonly change: number
  readonly piece: number
  readonly undo: readonly string[]
}

/** See Phase. */
export function schemaPhase(change: number, piece: number): Phase {
  return `schema:${change}.${piece}` as Phase
}

/** How far the schema got; undefined where nothing began, or all of it is done. */
export function schemaStand(applied: AppliedMigration | undefined): SchemaStand | undefined {
  const [, change, piece] = /^schema:(\d+)\.(\d+)$/.exec(applied?.phase ?? '') ?? []
  if (!applied || change === undefined) return undefined
  return { change: Number(change), piece: Number(piece), undo: applied.undo }
}

/** How many statements of the schema are taken back; null where it was not come to that. */
export function undoneStatements({ phase }: AppliedMigration): number | null {
  const [, count] = /^undoing:(\d+)$/.exec(phase) ?? []
  return count === undefined ? null : Number(count)
}

/** Whether a rollback of it was begun. */
export function isBeingUndone(phase: Phase | undefined): boolean {
  return phase?.startsWith('undoing') === true
}

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
  await recordFirst(db, run, migration, 'backfill', undo)
}

/** Records, in a transaction, that a migration is begun whose schema is made in pieces. */
export async function recordBegun(
  db: Database,
  run: Run,
  migration: NamedMigration,
): Promise<void> {
  await recordFirst(db, run, migration, schemaPhase(0, 0), [])
}

async function recordFirst(
  db: Database,
  run: Run,
  { name, checksum }: NamedMigration,
  phase: Phase,
  undo: readonly string[],
): Promise<void> {
  await db.change(
    sql`INSERT INTO p2c_migration (name, checksum, phase, undo, settings, run_id, started_on)
      VALUES (${name}, ${checksum}, ${phase}, ${JSON.stringify(undo)}, ${settingsOf(db)}, ${run.id}, ${now()})`,
  )
  await recordEvent(db, run, name, checksum, 'applied')
}

/** Records, in the transaction of a piece, how far the schema got, and what undoes it. */
export async function recordSchema(
  db: Database,
  name: string,
  phase: Phase,
  undo: readonly string[],
): Promise<void> {
  await db.change(
    sql`UPDATE p2c_migration SET phase = ${phase}, undo = ${JSON.stringify(undo)} WHERE name = ${name}`,
  )
}

/** Records, in the transaction of a piece, how many statements of the schema are taken back. */
export async function recordUndoing(db: Database, name: string, statements: number): Promise<void> {
  await db.change(
    sql`UPDATE p2c_migration SET phase = ${`undoing:${statements}`} WHERE name = ${name}`,
  )
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
