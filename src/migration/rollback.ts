import { writtenColumns, type Backfill } from '../backfill/backfill.ts'
import { findPlan } from '../backfill/plan.ts'
import { withRetries } from '../backfill/retry.ts'
import { editsQuery, forgetPlan, undoBackfill } from '../backfill/undo.ts'
import { isUntouched } from '../backfill/untouched.ts'
import type { Database } from '../database/database.ts'
import type { LiveDdl } from '../database/dialect.ts'
import type { Run } from '../database/history.ts'
import { join, sql, type Sql } from '../domain/sql.ts'
import { exitStatus, P2cError } from '../errors.ts'
import type { Work } from '../events.ts'
import {
  appliedMigrations,
  recordPhase,
  recordUndoing,
  recordUndone,
  undoneStatements,
  type AppliedMigration,
} from './history.ts'
import type { NamedMigration } from './migration.ts'
import { piecesOf } from './pieces.ts'
import { stepsDown } from './plan.ts'
import { dropColumn, type Move } from './schema-change.ts'

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
    if (await isUntouched(db, name, backfill, dropped)) continue
    selects.push(await editsQuery(db, name, backfill, dropped))
  }
  return selects.length === 0 ? null : join(selects, ' UNION ALL ')
}

/** The DDL that the steps would run, in order. */
export function undoStatements(steps: readonly UndoStep[]): string[] {
  return steps.flatMap(({ applied }) => applied.undo.slice(undoneStatements(applied) ?? 0))
}

/**
 * Undoes the steps, the last migration first; its schema, its row in the history and the memory of
 * its numbers are one transaction, or pieces where others work meanwhile. Call it inside a run, with
 * the lock held and the guards passed.
 */
export async function* undoMigrations(
  db: Database,
  run: Run,
  steps: readonly UndoStep[],
): Work<readonly string[]> {
  const undone: string[] = []
  const { liveDdl } = db.dialect
  for (const one of steps) {
    const { name, applied, backfill, restored } = one
    const step = `undo ${name}`
    yield { type: 'step', state: 'started', step }
    if (undoneStatements(applied) === null) {
      await recordPhase(db, name, 'undoing')
      if (backfill) yield* undoBackfill(db, run, name, backfill, restored)
    }
    await (liveDdl && applied.undo.length > 0
      ? undoInPieces(db, run, one, liveDdl)
      : undoAtOnce(db, run, one))
    undone.push(name)
    yield { type: 'step', state: 'finished', step }
  }
  return undone
}

async function undoAtOnce(db: Database, run: Run, step: UndoStep): Promise<void> {
  // Others who write rows whose numbers are taken back may meet it in a deadlock.
  await withRetries(db, () =>
    db.transaction(async () => {
      await forgetPlanOf(db, step)
      for (const statement of step.applied.undo) await db.script(statement)
      await recordUndone(db, run, step.applied)
    }),
  )
}

async function undoInPieces(db: Database, run: Run, step: UndoStep, ddl: LiveDdl): Promise<void> {
  const { name, applied } = step
  let done = undoneStatements(applied)
  if (done === null) {
    await withRetries(db, () =>
      db.transaction(async () => {
        await forgetPlanOf(db, step)
        await recordUndoing(db, name, 0)
      }),
    )
    done = 0
  }
  const left: Move[] = applied.undo.slice(done).map(down => ({ up: null, down }))
  for (const { all, isApart } of piecesOf(ddl, left, one => one.down)) {
    const statements = all.flatMap(({ down }) => down ?? [])
    const then = (done += all.length)
    const record = () => recordUndoing(db, name, then)
    if (isApart) {
      for (const statement of statements) await ddl.apart(db, statement)
      await db.transaction(record)
    } else await ddl.together(db, statements, record)
  }
  await db.transaction(() => recordUndone(db, run, applied))
}

async function forgetPlanOf(db: Database, { name, backfill, restored }: UndoStep): Promise<void> {
  if (!backfill) return
  await forgetPlan(db, name, backfill, restored.includes(backfill.number.column))
}

/** Whether a rollback was begun and not finished. */
export async function isUndoing(db: Database): Promise<boolean> {
  const row = await db.row(sql`SELECT 1 FROM p2c_migration WHERE phase LIKE 'undoing%'`)
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
