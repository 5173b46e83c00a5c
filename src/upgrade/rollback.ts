import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { exportAudit } from '../audit/export.ts'
import { openCsv } from '../csv/write.ts'
import type { Database } from '../database/database.ts'
import { deliveriesOf, nameDeliveries, type Delivery } from '../database/deliveries.ts'
import type { Run } from '../database/history.ts'
import { hasOwnTables } from '../database/own-tables.ts'
import { recorded } from '../database/run.ts'
import { sql, type Sql } from '../domain/sql.ts'
import { exitStatus, P2cError } from '../errors.ts'
import type { Work } from '../events.ts'
import { loadMigrations } from '../migration/load.ts'
import type { NamedMigration } from '../migration/migration.ts'
import {
  editsOf,
  isUndoing,
  planRollback,
  undoMigrations,
  undoStatements,
  type Edit,
  type UndoStep,
} from '../migration/rollback.ts'
import { dropAllWorkTables } from '../sync/work-tables.ts'

export interface RollbackOptions {
  /** The migration that stays as the last one, or `start`. */
  readonly to: string
  /** Values that people changed since are written to a CSV file and taken back. */
  readonly abandonEdits?: boolean | undefined
  /** Other migrations than p2c's own. */
  readonly migrations?: readonly NamedMigration[]
}

export interface RollbackPreview {
  readonly steps: readonly string[]
  /** DDL that would run. */
  readonly statements: readonly string[]
  /** Values that people changed since; up to ten are shown. */
  readonly edits: { readonly count: number; readonly examples: readonly Edit[] }
  /** Files that others may have taken by now: what was imported from them is not undone. */
  readonly delivered: readonly Delivery[]
  /** What the rehearsal on a copy of the schema said; null where it passed. */
  readonly broken: string | null
}

export interface RollbackResult {
  readonly undone: readonly string[]
  /** The folder with the audit export that was made first; null where there was nothing to undo. */
  readonly exportedTo: string | null
  /** The file with the abandoned edits; null where there were none. */
  readonly editsFile: string | null
}

const shownEdits = 10
/** From so many on it is worth to start threads for the export. */
const manyContacts = 100_000
const nothingUndone: RollbackResult = { undone: [], exportedTo: null, editsFile: null }

/** What `rollback` would undo and what stands against it. Changes nothing. */
export async function previewRollback(
  db: Database,
  options: RollbackOptions,
): Promise<RollbackPreview> {
  return preview(db, await stepsOf(db, options))
}

/**
 * Undoes the applied migrations behind the target, exactly. All guards are asked, and an audit
 * export is made, before the first change. May be stopped at each event, or killed anywhere, and
 * called again.
 *
 * @throws P2cError SCHEMA_BROKEN, EDITS_FOUND (exit 4, `details` are examples), MIGRATION_CHANGED,
 * MIGRATION_MISSING (exit 4), MIGRATION_UNKNOWN (exit 2), LOCKED (exit 5)
 */
export async function* rollback(db: Database, options: RollbackOptions): Work<RollbackResult> {
  if (!(await hasOwnTables(db))) return nothingUndone
  let steps: UndoStep[] = []
  let edits = 0
  async function* before(): Work<undefined> {
    yield { type: 'step', state: 'started', step: 'check' }
    steps = await stepsOf(db, options)
    const { broken, edits: found } = await preview(db, steps)
    edits = found.count
    if (broken !== null) throw schemaBroken(broken)
    if (found.count > 0 && !options.abandonEdits) throw editsFound(found)
    if (steps.length > 0) yield* nameDeliveries(db)
    yield { type: 'step', state: 'finished', step: 'check' }
  }
  return yield* recorded(db, 'rollback', run => undo(db, run, () => ({ steps, edits })), { before })
}

async function* undo(
  db: Database,
  run: Run,
  decided: () => { steps: UndoStep[]; edits: number },
): Work<RollbackResult> {
  const { steps, edits } = decided()
  if (steps.length === 0) return nothingUndone
  const folder = db.dialect.folderFor(db, `rollback-${run.id}`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const query = edits > 0 ? await editsOf(db, steps) : null
  const editsFile = query && (await writeEdits(db, query, join(folder, 'edits.csv')))
  // A rollback that goes on has made its export when it began.
  if (!(await isUndoing(db))) yield* exportAudit(db, { out: folder, inThreadsFrom: manyContacts })
  await dropAllWorkTables(db)
  const undone = yield* undoMigrations(db, run, steps)
  return { undone, exportedTo: folder, editsFile }
}

async function stepsOf(db: Database, options: RollbackOptions): Promise<UndoStep[]> {
  return planRollback(db, options.migrations ?? (await loadMigrations()), options.to)
}

async function preview(db: Database, steps: readonly UndoStep[]): Promise<RollbackPreview> {
  const statements = undoStatements(steps)
  const query = await editsOf(db, steps)
  const count =
    query && (await db.row<{ n: number }>(sql`SELECT count(*) AS n FROM (${query}) AS e`))
  const edits = Number(count?.n ?? 0)
  return {
    steps: steps.map(step => step.name),
    statements,
    edits: {
      count: edits,
      examples:
        query && edits > 0
          ? await db.rows<Edit>(sql`SELECT * FROM (${query}) AS e LIMIT ${shownEdits}`)
          : [],
    },
    delivered: steps.length === 0 ? [] : await deliveriesOf(db),
    broken: await db.dialect.rehearse(db, statements),
  }
}

async function writeEdits(db: Database, query: Sql, path: string): Promise<string> {
  const columns = ['table', 'row_id', 'column', 'written_value', 'current_value']
  const file = await openCsv(path, columns, {})
  try {
    for await (const edits of db.stream<Edit>(query))
      await file.write(
        edits.map(edit => [
          edit.table_name,
          edit.row_id,
          edit.column_name,
          cell(edit.written_value),
          cell(edit.current_value),
        ]),
      )
    await file.finish()
  } catch (error) {
    await file.abandon()
    throw error
  }
  return path
}

function cell(value: unknown): string | number | boolean | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : null
}

function schemaBroken(fault: string): P2cError {
  return new P2cError('SCHEMA_BROKEN', {
    what: 'the rollback failed in a rehearsal on a copy of the schema',
    must: 'a schema in which nothing needs what goes away',
    found: fault,
    next: 'Nothing was changed. Drop or change the view, trigger or index that is named',
    exit: exitStatus.refused,
  })
}

function editsFound({ count, examples }: RollbackPreview['edits']): P2cError {
  const first = examples[0]
  return new P2cError('EDITS_FOUND', {
    what: 'somebody changed values since the upgrade, and the rollback would take them away',
    must: 'no such value',
    found: `${count}, for instance ${String(first?.table_name)} ${String(first?.row_id)}, ${String(first?.column_name)} = ${JSON.stringify(first?.current_value)}`,
    next: 'Nothing was changed. Write them down and take them back with --abandon-edits, which saves them to a CSV file',
    exit: exitStatus.refused,
    details: examples,
  })
}
