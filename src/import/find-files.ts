import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { exitStatus, P2cError } from '../errors.ts'
import { extractTables, type ExtractTable } from './extract.ts'

export interface FoundFile {
  readonly table: ExtractTable
  /** Without its folder. */
  readonly file: string
  readonly path: string
}

export interface FoundFiles {
  /** In the order in which they are loaded. */
  readonly files: readonly FoundFile[]
  /** CSV files that are no part of an extract. */
  readonly strangers: readonly string[]
}

/**
 * Looks for the files of an extract in a folder, without regard to case.
 *
 * @throws P2cError EXTRACT_MISSING, EXTRACT_AMBIGUOUS (exit 2)
 */
export async function findFiles(folder: string): Promise<FoundFiles> {
  const names = (await readdir(folder).catch((cause: unknown) => missing(folder, cause))).filter(
    name => /\.csv(\.gz)?$/i.test(name),
  )
  const nameOf = (file: string) => file.toLowerCase().replace(/\.csv(\.gz)?$/, '')
  const files = extractTables.flatMap(table => {
    const found = names.filter(name => nameOf(name) === table.file)
    if (found.length > 1) throw ambiguous(folder, found)
    return found.map(file => ({ table, file, path: join(folder, file) }))
  })
  if (files.length === 0) missing(folder)
  const known = new Set(files.map(({ file }) => file))
  return { files, strangers: names.filter(name => !known.has(name)) }
}

function missing(folder: string, cause?: unknown): never {
  const files = extractTables.map(table => `${table.file}.csv`)
  throw new P2cError('EXTRACT_MISSING', {
    what: `there is no extract in ${folder}`,
    must: `a folder with any of ${files.join(', ')}, each also as .csv.gz`,
    found: cause instanceof Error ? cause.message : 'none of them',
    next: 'Name the folder with --from',
    exit: exitStatus.usage,
    cause,
  })
}

function ambiguous(folder: string, files: readonly string[]): P2cError {
  return new P2cError('EXTRACT_AMBIGUOUS', {
    what: `${folder} has the same file more than once`,
    must: 'one',
    found: files.join(' and '),
    next: 'Remove the one that is not meant',
    exit: exitStatus.usage,
  })
}
