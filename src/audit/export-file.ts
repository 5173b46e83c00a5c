import { join } from 'node:path'
import { amount } from '../amount.ts'
import { openCsv, type CsvOptions } from '../csv/write.ts'
import type { Database } from '../database/database.ts'
import type { Work } from '../events.ts'
import type { AuditFile } from './audit-file.ts'
import { linesIn, linesQuery } from './lines.ts'
import type { Manifest } from './read-audit.ts'

export interface ExportOptions extends CsvOptions {
  /** The folder; it is made where there is none. Files of an earlier export are replaced. */
  readonly out: string
}

export type ExportedFile = Manifest['files'][number]

/** Few enough that what they are made of is small, however long the lines. */
const chunkRows = 250

/** Progress is told after so many rows. */
const toldRows = 50_000

/** The name of a file in the folder. */
export function fileName(name: string, { gzip = false }: CsvOptions): string {
  return `${name}.csv${gzip ? '.gz' : ''}`
}

/**
 * Writes one file of the audit, as a snapshot has it.
 *
 * @throws P2cError FILE_UNWRITABLE
 */
export async function* exportFile(
  snapshot: Database,
  file: AuditFile,
  { out, excel = false, gzip = false }: ExportOptions,
): Work<ExportedFile> {
  const name = fileName(file.name, { gzip })
  yield { type: 'step', state: 'started', step: name }
  const parts = await file.parts(snapshot)
  const csv = await openCsv(join(out, name), file.columns, { excel, gzip })
  try {
    let done = 0
    let told = 0
    for (const part of parts) {
      const query = linesQuery(snapshot, file, part, excel)
      for await (const rows of snapshot.texts(query, chunkRows)) {
        const { lines, count } = linesIn(part, rows)
        await csv.append(lines, count)
        done += count
        if (done - told < toldRows) continue
        told = done
        yield { type: 'progress', step: name, done, total: null, slowed: null }
      }
    }
    const summary = await csv.finish()
    yield { type: 'step', state: 'finished', step: name, note: amount(summary.rows, 'row') }
    return { name, ...summary }
  } finally {
    await csv.abandon()
  }
}
