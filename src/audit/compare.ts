import { join } from 'node:path'
import type { Database } from '../database/database.ts'
import type { Work } from '../events.ts'
import type { AuditFile } from './audit-file.ts'
import { exportedRows, type Cells } from './exported-rows.ts'
import { auditFiles } from './files.ts'
import { cellIn, cellsQuery, thereIn } from './lines.ts'
import { merge, type Pair } from './merge.ts'
import { readWholeAudit } from './read-audit.ts'

/** One respect in which the database is no longer as it was exported. */
export interface AuditDifference {
  /** `contacts.csv`, whether packed or not. */
  readonly file: string
  /** `missing`: the row is no longer there. `new`: it was not there. */
  readonly kind: 'changed' | 'missing' | 'new'
  /** The row, by its key columns. */
  readonly key: Cells
  /** The column that changed; null where the whole row is missing or new. */
  readonly column: string | null
  /** The value in the export; the empty text where there is none. */
  readonly from: string
  /** The value in the database. */
  readonly to: string
}

export interface AuditComparison {
  /** All differences there are. */
  readonly count: number
  /** The first of them, in the order of the files; enough to read, and little enough to keep. */
  readonly differences: readonly AuditDifference[]
}

const keptDifferences = 10_000
const chunkRows = 2_000
const toldRows = 50_000

/**
 * Compares an audit export with the database as it is now: plain, packed, or for spreadsheets.
 * Columns that only one side knows are left out, so that exports of other versions can be read.
 *
 * @throws P2cError AUDIT_MISSING, AUDIT_DAMAGED (exit 2)
 */
export async function* compareAudit(
  db: Database,
  { from }: { readonly from: string },
): Work<AuditComparison> {
  const manifest = await readWholeAudit(from)
  const snapshot = await db.snapshot()
  const differences: AuditDifference[] = []
  let count = 0
  try {
    for (const { name, rows: total } of manifest.files) {
      const file = auditFiles.find(
        known => name === `${known.name}.csv` || name === `${known.name}.csv.gz`,
      )
      if (!file) continue
      yield { type: 'step', state: 'started', step: name }
      const exported = exportedRows(join(from, name), manifest.excel)
      let done = 0
      for await (const pair of merge(exported, currentRows(snapshot, file), keyIn(file))) {
        for (const difference of differencesOf(file, pair)) {
          count += 1
          if (differences.length < keptDifferences) differences.push(difference)
        }
        done += 1
        if (done % toldRows === 0)
          yield { type: 'progress', step: name, done: Math.min(done, total), total, slowed: null }
      }
      yield { type: 'step', state: 'finished', step: name }
    }
  } finally {
    await snapshot.close()
  }
  return { count, differences }
}

/** The rows of a file as it would be exported now. */
async function* currentRows(db: Database, file: AuditFile): AsyncGenerator<Cells, void, void> {
  for (const part of await file.parts(db))
    for await (const rows of db.stream<Record<string, string | number>>(
      cellsQuery(db, file, part),
      chunkRows,
    ))
      for (const row of rows)
        for (const i of part.lines.keys())
          if (row[thereIn(i)] === 1)
            yield Object.fromEntries(
              file.columns.map(column => [column, String(row[cellIn(i, column)])]),
            )
}

function* differencesOf(file: AuditFile, { left, right }: Pair<Cells>): Generator<AuditDifference> {
  const name = `${file.name}.csv`
  const key = keyCells(file, left ?? right)
  if (!left || !right) {
    yield { file: name, kind: left ? 'missing' : 'new', key, column: null, from: '', to: '' }
    return
  }
  for (const column of file.columns) {
    const [from, to] = [left[column], right[column]]
    if (from === undefined || to === undefined || from === to) continue
    yield { file: name, kind: 'changed', key, column, from, to }
  }
}

function keyIn(file: AuditFile): (row: Cells) => string[] {
  return row => file.key.map(column => row[column] ?? '')
}

function keyCells(file: AuditFile, row: Cells): Cells {
  return Object.fromEntries(file.key.map(column => [column, row[column] ?? '']))
}
