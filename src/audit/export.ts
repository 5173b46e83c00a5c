import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openCsv, type CsvOptions } from '../csv/write.ts'
import type { Database } from '../database/database.ts'
import { now } from '../database/history.ts'
import { sql } from '../domain/sql.ts'
import { exitStatus, P2cError } from '../errors.ts'
import type { Work } from '../events.ts'
import { version } from '../version.ts'
import type { AuditFile } from './audit-file.ts'
import { auditFiles } from './files.ts'
import { linesQuery, type Lines } from './lines.ts'
import { removeManifest, writeManifest } from './manifest.ts'
import type { Manifest } from './read-audit.ts'

export interface ExportOptions extends CsvOptions {
  /** The folder; it is made where there is none. Files of an earlier export are replaced. */
  readonly out: string
}

type ExportedFile = Manifest['files'][number]

const chunkRows = 2_000

/** Progress is told after so many rows. */
const toldRows = 50_000

/**
 * Writes the whole audit: all files show the database at one moment, and the same state gives the
 * same bytes. Writes nothing into the database.
 *
 * @throws P2cError FOLDER_UNWRITABLE (exit 2), FILE_UNWRITABLE
 */
export async function* exportAudit(db: Database, options: ExportOptions): Work<Manifest> {
  const { out, excel = false, gzip = false } = options
  const startedOn = now()
  await prepareFolder(out)
  const snapshot = await db.snapshot()
  try {
    const files: ExportedFile[] = []
    for (const file of auditFiles) files.push(yield* exportFile(snapshot, file, options))
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
    await snapshot.close()
  }
}

/** The folder for the files. What is left there of an earlier export is no complete audit. */
async function prepareFolder(out: string): Promise<void> {
  try {
    await mkdir(out, { recursive: true, mode: 0o700 })
    await removeManifest(out)
  } catch (cause) {
    throw new P2cError('FOLDER_UNWRITABLE', {
      what: `the audit cannot be written into ${out}`,
      must: 'a folder that this user may make, or write into',
      found: cause instanceof Error ? cause.message : String(cause),
      next: 'Name another folder with --out',
      exit: exitStatus.usage,
      cause,
    })
  }
}

async function* exportFile(
  snapshot: Database,
  file: AuditFile,
  { out, excel = false, gzip = false }: ExportOptions,
): Work<ExportedFile> {
  const name = `${file.name}.csv${gzip ? '.gz' : ''}`
  yield { type: 'step', state: 'started', step: name }
  const parts = await file.parts(snapshot)
  const csv = await openCsv(join(out, name), file.columns, { excel, gzip })
  try {
    let done = 0
    let told = 0
    for (const part of parts) {
      const query = linesQuery(snapshot, file, part, excel)
      for await (const rows of snapshot.stream<Lines>(query, chunkRows)) {
        const count = rows.reduce((sum, row) => sum + row.n, 0)
        await csv.append(rows.map(row => row.lines).join(''), count)
        done += count
        if (done - told < toldRows) continue
        told = done
        yield { type: 'progress', step: name, done, total: null, slowed: null }
      }
    }
    const summary = await csv.finish()
    yield { type: 'step', state: 'finished', step: name, note: `${summary.rows} rows` }
    return { name, ...summary }
  } finally {
    await csv.abandon()
  }
}

async function runIds(db: Database): Promise<string[]> {
  if (!(await db.dialect.describeTable(db, 'p2c_run'))) return []
  const runs = await db.rows<{ run_id: string }>(
    sql`SELECT run_id FROM p2c_run ORDER BY started_on, run_id`,
  )
  return runs.map(run => run.run_id)
}
