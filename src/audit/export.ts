import { availableParallelism } from 'node:os'
import { makeFolder } from '../csv/folder.ts'
import type { Database } from '../database/database.ts'
import { now } from '../database/history.ts'
import { sql } from '../domain/sql.ts'
import type { Work } from '../events.ts'
import { version } from '../version.ts'
import { exportBeside, type Beside } from './export-beside.ts'
import { exportFile, type ExportedFile, type ExportOptions } from './export-file.ts'
import { auditFiles } from './files.ts'
import { removeManifest, writeManifest } from './manifest.ts'
import type { Manifest } from './read-audit.ts'

export interface InThreads {
  /**
   * From so many contacts on, the files that take the longest are each exported in a thread of its
   * own, where the engine blocks the thread that uses it: half the time, and 50 MB for each.
   */
  readonly inThreadsFrom?: number
}

/**
 * Writes the whole audit: all files show the database at one moment, and the same state gives the
 * same bytes. Writes nothing into the database.
 *
 * @throws P2cError FOLDER_UNWRITABLE (exit 2), FILE_UNWRITABLE
 */
export async function* exportAudit(
  db: Database,
  options: ExportOptions & InThreads,
): Work<Manifest> {
  const { out, excel = false, gzip = false, inThreadsFrom = Infinity } = options
  const startedOn = now()
  await makeFolder(out, 'the audit cannot be written')
  // What is left there of an earlier export is no complete audit.
  await removeManifest(out)
  const { snapshot, beside } = await snapshotsOf(db, options, inThreadsFrom)
  try {
    const files: ExportedFile[] = []
    for (const file of auditFiles)
      files.push(yield* beside.get(file.name)?.exported() ?? exportFile(snapshot, file, options))
    const runs = await runIds(snapshot)
    const finishedOn = now()
    const manifest: Manifest = {
      version,
      database: db.identity,
      startedOn,
      finishedOn,
      excel,
      gzip,
      runs,
      files,
    }
    await writeManifest(out, manifest)
    return manifest
  } finally {
    await closeAll(snapshot, beside)
  }
}

interface Snapshots {
  readonly snapshot: Database
  /** Files that threads of their own export from the same moment, by their names. */
  readonly beside: ReadonlyMap<string, Beside>
}

/** The files that take the longest, about as long as all others together. */
const longFiles = ['changes', 'sync']
const attempts = 5

/**
 * The database at one moment, here and in the threads. Where somebody writes while these open it,
 * it is opened anew; where that happens again and again, or nobody can tell, there are none.
 */
async function snapshotsOf(
  db: Database,
  options: ExportOptions,
  inThreadsFrom: number,
): Promise<Snapshots> {
  const tries = (await mayUseThreads(db, inThreadsFrom)) ? attempts : 0
  for (let tried = 0; tried < tries; tried++) {
    const mark = await db.dialect.changeMark(db)
    const snapshot = await db.snapshot()
    const beside = new Map(longFiles.map(name => [name, exportBeside(db.config, name, options)]))
    const haveOpened = await Promise.all([...beside.values()].map(one => one.hasOpened))
    const isOneMoment = mark !== null && mark === (await db.dialect.changeMark(db))
    if (haveOpened.every(Boolean) && isOneMoment) return { snapshot, beside }
    await closeAll(snapshot, beside)
  }
  return { snapshot: await db.snapshot(), beside: new Map() }
}

async function mayUseThreads(db: Database, from: number): Promise<boolean> {
  if (from === Infinity || availableParallelism() < 2 || !db.dialect.blocksItsThread) return false
  const row = await db.row<{ n: number }>(
    sql`SELECT count(*) AS n FROM ${db.names.table('contact')}`,
  )
  return Number(row?.n) >= from
}

async function closeAll(snapshot: Database, beside: Snapshots['beside']): Promise<void> {
  await snapshot.close()
  await Promise.all([...beside.values()].map(one => one.close()))
}

async function runIds(db: Database): Promise<string[]> {
  if (!(await db.dialect.describeTable(db, 'p2c_run'))) return []
  const runs = await db.rows<{ run_id: string }>(
    sql`SELECT run_id FROM p2c_run ORDER BY started_on, run_id`,
  )
  return runs.map(run => run.run_id)
}
