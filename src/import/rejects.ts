import { access, constants } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import type { CsvSource } from '../csv/read.ts'
import { openCsv, type CsvFile } from '../csv/write.ts'
import type { Database } from '../database/database.ts'
import { sql } from '../domain/sql.ts'
import { exitStatus, P2cError } from '../errors.ts'
import type { PreparedFile } from './prepare.ts'
import { rejectTable } from './staging.ts'

const columns = ['file', 'line', 'column', 'code', 'message', 'row']

interface RejectedRow {
  readonly line: number
  readonly field: string
  readonly code: string
  readonly message: string
  /** null where it was rejected after it had been read, or holds a NUL; it is read again then. */
  readonly record: string | null
}

/** How many rows of a file were rejected, for each reason. */
export async function countRejects(db: Database, fileAt: number): Promise<Record<string, number>> {
  const counts = await db.rows<{ code: string; n: number }>(
    sql`SELECT code, count(*) AS n FROM ${rejectTable} WHERE file = ${fileAt} GROUP BY code ORDER BY code`,
  )
  return Object.fromEntries(counts.map(({ code, n }) => [code, Number(n)]))
}

/**
 * Makes sure, before anything is changed, that the file of rejects can be written.
 *
 * @throws P2cError FILE_UNWRITABLE (exit 2)
 */
export async function checkRejectsPath(path: string): Promise<void> {
  const folder = dirname(resolve(path))
  await access(folder, constants.W_OK).catch((cause: unknown) => {
    throw new P2cError('FILE_UNWRITABLE', {
      what: `the rejects file ${path} cannot be written`,
      must: 'a folder that exists and that this user may write',
      found: cause instanceof Error ? cause.message : String(cause),
      next: 'Name another place with --rejects',
      exit: exitStatus.usage,
      cause,
    })
  })
}

/** A row that cannot be taken. */
export interface Reject {
  readonly line: number
  readonly column: string
  readonly code: string
  readonly message: string
  /** As it stood in the file. */
  readonly record: string
}

/** The rejects of one file, as they are found; there is no file of rejects before the first. */
export function openRejects(file: string, path: string) {
  let out: CsvFile | undefined
  let count = 0
  return {
    write: async ({ line, column, code, message, record }: Reject) => {
      out ??= await openCsv(path, columns)
      await out.write([[basename(file), line, column, code, message, record]])
      count++
    },
    /** How many there were. */
    finish: async () => {
      await out?.finish()
      return count
    },
    /** Harmless after `finish`. */
    abandon: async () => {
      await out?.abandon()
    },
  }
}

/** Writes all that was rejected, in the order of the files and their lines. */
export async function writeRejects(
  db: Database,
  files: readonly PreparedFile[],
  path: string,
): Promise<void> {
  const out = await openCsv(path, columns)
  try {
    for (const [fileAt, file] of files.entries()) await writeRejectsOf(db, file, fileAt, out)
    await out.finish()
  } catch (error) {
    await out.abandon()
    throw error
  }
}

async function writeRejectsOf(
  db: Database,
  { file, source }: PreparedFile,
  fileAt: number,
  out: CsvFile,
): Promise<void> {
  const rejects = db.stream<RejectedRow>(
    sql`SELECT line, field, code, message, record FROM ${rejectTable} WHERE file = ${fileAt} ORDER BY line`,
  )
  const again = lookUp(source)
  for await (const chunk of rejects) {
    const rows = []
    for (const { line, field, code, message, record } of chunk)
      rows.push([file, line, field, code, message, record ?? (await again.rawOf(line))])
    await out.write(rows)
  }
  await again.close()
}

/** Finds records by their lines, which must be asked for in ascending order. */
function lookUp(source: CsvSource) {
  const records = source.records()
  let chunk: ReadonlyMap<number, string> = new Map()
  return {
    async rawOf(line: number): Promise<string> {
      while (!chunk.has(line)) {
        const next = await records.next()
        if (next.done) return ''
        chunk = new Map(next.value.map(record => [record.line, record.raw]))
      }
      return chunk.get(line) ?? ''
    },
    close: () => records.return(),
  }
}
