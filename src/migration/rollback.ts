import { writtenColumns, type Backfill } from '../backfill/backfill.ts'
import { findPlan } from '../backfill/plan.ts'
import { withRetries } from '../backfill/retry.ts'
import { editsQuery, forgetPlan, undoBackfill } from '../backfill/undo.ts'
import type { Database } from '../database/database.ts'
import type { Run } from '../database/history.ts'
import { join, sql, type Sql } from '../domain/sql.ts'
import { exitStatus, P2cError } from '../errors.ts'
import type { Work } from '../events.ts'
import { appliedMigrations, recordPhase, recordUndone, type AppliedMigration } from './history.ts'
import type { NamedMigration } from './migration.ts'
import { stepsDown } from './plan.ts'
import { dropColumn } from './schema-change.ts'

/** One applied migration and what it takes to undo it. */
export interface UndoStep {
  readonly name: string
  readonly applied: AppliedMigration
  /** null where the migration has none, or where no plan was made. */
  readonly backfill: Backfill | null
  /** Columns of the backfill whose values are put back; the others are dropped. Logical names. */
  readonly restored: readonly string[]
}

/** A value that somebody changed since, and that undoing would take away. */
export interface Edit {
  readonly table_name: string
  readonly row_id: string
  readonly column_name: string
  readonly written_value: unknown
  readonly current_value: unknown
}

/**
 * What a rollback would undo, the last migration first. Reads only.
 *
 * @throws P2cError MIGRATION_UNKNOWN (exit 2); MIGRATION_CHANGED, MIGRATION_MISSING (exit 4)
 */
export async function planRollback(
  db: Database,
  available: readonly NamedMigration[],
  target: string,
): Promise<UndoStep[]> {
  const applied = stepsDown(await appliedMigrations(db), target)
  const statements = new Set(applied.flatMap(one => one.undo))
  return Promise.all(
    applied.map(async one => {
      const { backfill } = codeOf(available, one)
      const planned = backfill && (await findPlan(db, one.name)) ? backfill : null
      const restored = (planned ? writtenColumns(planned) : []).filter(
        column => planned && !statements.has(dropColumn(db, planned.table, column)),
      )
      return { name: one.name, applied: one, backfill: planned, restored }
    }),
  )
}

/** All values of people that these steps would take away; null where there can be none. */
export async function editsOf(db: Database, steps: readonly UndoStep[]): Promise<Sql | null> {
  const selects: Sql[] = []
  for (const { name, backfill, restored } of steps) {
    if (!backfill) continue
    const dropped = !restored.includes(backfill.number.column)
    selects.push(await editsQuery(db, name, backfill, dropped))
  }
  return selects.length === 0 ? null : join(selects, ' UNION ALL ')
}

/** The DDL that the steps would run, in order. */
export function undoStatements(steps: readonly UndoStep[]): string[] {
  return steps.flatMap(step => step.applied.undo)
}

/**
 * Undoes the steps, the last migration first; its schema, its row in the history and the memory of
 * its numbers are one transaction. Call it inside a run, with the lock held and the guards passed.
 */
export async function* undoMigrations(
  db: Database,
  run: Run,
  steps: readonly UndoStep[],
): Work<readonly string[]> {
  const undone: string[] = []
  for (const { name, applied, backfill, restored } of steps) {
    const step = `undo ${name}`
    yield { type: 'step', state: 'started', step }
    await recordPhase(db, name, 'undoing')
    if (backfill) yield* undoBackfill(db, run, name, backfill, restored)
    // As on the way up: others who write into several of the tables may meet it in a deadlock.
    await withRetries(db, () =>
      db.transaction(async () => {
        if (backfill)
          await forgetPlan(db, name, backfill, restored.includes(backfill.number.column))
        for (const statement of applied.undo) await db.script(statement)
        await recordUndone(db, run, applied)
      }),
    )
    undone.push(name)
    yield { type: 'step', state: 'finished', step }
  }
  return undone
}

/** Whether a rollback was begun and not finished. */
export async function isUndoing(db: Database): Promise<boolean> {
  const row = await db.row(sql`SELECT 1 FROM p2c_migration WHERE phase = 'undoing'`)
  return row !== undefined
}

function codeOf(available: readonly NamedMigration[], applied: AppliedMigration): NamedMigration {
  const code = available.find(one => one.name === applied.name)
  if (code?.checksum === applied.checksum) return code
  throw new P2cError(code ? 'MIGRATION_CHANGED' : 'MIGRATION_MISSING', {
    what: `the migration ${applied.name} is not the one that was applied`,
    must: `the source with checksum ${applied.checksum.slice(0, 12)}`,
    found: code
      ? `checksum ${code.checksum.slice(0, 12)}`
      : 'no such migration in this version of p2c',
    next: 'Use the version of p2c that applied it ("p2c status" and runs.csv name it)',
    exit: exitStatus.refused,
  })
}
