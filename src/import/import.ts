import type { Database } from '../database/database.ts'
import { now, type Run } from '../database/history.ts'
import { recorded } from '../database/run.ts'
import type { Work } from '../events.ts'
import { load, type Loaded } from './load.ts'
import { prepare, type Preparation, type PreparedFile } from './prepare.ts'
import { checkRejectsPath, countRejects, writeRejects } from './rejects.ts'
import { removeMissing, type Removed } from './remove.ts'
import {
  hasFindings,
  warning,
  type FileResult,
  type ImportOptions,
  type ImportResult,
} from './result.ts'
import { dropStaging, makeStaging, planLoad, stage } from './staging.ts'

/**
 * Loads an extract into the Sales tables. Every file is read and validated before the first row is
 * written; then rows that differ are updated and new ones inserted, by key. Run again, it finds
 * nothing to do; stopped or killed anywhere and run again, it ends in the same state.
 *
 * @throws P2cError (exit 2) before anything is changed: EXTRACT_MISSING, EXTRACT_AMBIGUOUS,
 * CSV_UNREADABLE, CSV_EMPTY, CSV_HEADER_INVALID, CSV_LINE_TOO_LONG, KEY_COLUMN_MISSING,
 * COLUMN_TWICE, COLUMN_MISSING, MAP_INVALID, DATE_FORMAT_INVALID, TABLE_MISSING, KEY_DUPLICATE,
 * FILE_UNWRITABLE
 */
export async function* importExtract(db: Database, options: ImportOptions): Work<ImportResult> {
  const rejects = options.rejects ?? (options.dryRun ? null : defaultRejects())
  if (rejects !== null) await checkRejectsPath(rejects)
  if (options.dryRun) {
    const preparation = await prepare(db, options)
    return yield* runImport(db, null, preparation, { ...options, rejects })
  }
  let preparation!: Preparation
  return yield* recorded(
    db,
    'import',
    run => runImport(db, run, preparation, { ...options, rejects }),
    {
      before: async function* () {
        preparation = await prepare(db, options)
      },
      outcomeOf: result => (hasFindings(result) ? 'findings' : 'done'),
      // Where there is a cache to be set, rows come in the order of keys, so that each page is met once.
      cacheMegabytes: 4,
    },
  )
}

async function* runImport(
  db: Database,
  run: Run | null,
  { files, tablesToMake, warnings }: Preparation,
  {
    rejects,
    deleteMissing,
    besideFrom,
  }: Pick<ImportOptions, 'deleteMissing' | 'besideFrom'> & { rejects: string | null },
): Work<ImportResult> {
  for (const event of warnings) yield event
  await makeStaging(db, files)
  try {
    const read: number[] = []
    for (const [at, file] of files.entries()) read.push(yield* stage(db, file, at, besideFrom))
    if (run) await makeTables(db, tablesToMake)
    const planned: number[] = []
    for (const [at, file] of files.entries()) planned.push(await planLoad(db, file, at))
    const loaded: Loaded[] = []
    for (const [at, file] of files.entries())
      loaded.push(yield* load(db, run, file, at, planned[at] ?? 0))

    const removed = new Map<PreparedFile, Removed>()
    if (deleteMissing) {
      // Children before their parents.
      for (const [at, file] of [...files.entries()].reverse())
        if (yield* mayRemove(db, file, at, planned[at] ?? 0))
          removed.set(file, yield* removeMissing(db, run, file))
    }
    const results: FileResult[] = []
    for (const [at, file] of files.entries()) {
      const rejectedByCode = await countRejects(db, at)
      results.push({
        file: file.file,
        table: file.table.name,
        rows: read[at] ?? 0,
        ...(loaded[at] ?? { inserted: 0, updated: 0, unchanged: 0 }),
        rejected: Object.values(rejectedByCode).reduce((sum, n) => sum + n, 0),
        rejectedByCode,
        ...(removed.get(file) ?? { deleted: 0, undeleted: 0 }),
        unknownColumns: file.unknownColumns,
      })
    }
    const written = results.some(result => result.rejected > 0) ? rejects : null
    if (written !== null) await writeRejects(db, files, written)
    const created = [...tablesToMake.keys()]
    return { dryRun: run === null, files: results, created, rejects: written }
  } finally {
    await dropStaging(db, files)
  }
}

async function makeTables(db: Database, statements: ReadonlyMap<string, string>): Promise<void> {
  if (statements.size === 0) return
  await db.transaction(() => db.script([...statements.values()].join(';\n')))
}

/**
 * A row that was rejected may be one that the table has, and a file without rows is more often a
 * failed export than the wish to delete everything.
 */
async function* mayRemove(
  db: Database,
  file: PreparedFile,
  fileAt: number,
  planned: number,
): Work<boolean> {
  if (!file.tableExists) return false
  const hasRejects = Object.keys(await countRejects(db, fileAt)).length > 0
  if (planned > 0 && !hasRejects) return true
  const why = planned === 0 ? 'it has no rows' : 'some of its rows were rejected'
  yield warning('DELETE_WITHHELD', `nothing was deleted because of ${file.file}: ${why}`)
  return false
}

function defaultRejects(): string {
  return `rejects-${now().replace(/[-:]|\.\d+/g, '')}.csv`
}
