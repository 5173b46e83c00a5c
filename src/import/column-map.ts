import { exitStatus, P2cError } from '../errors.ts'
import { extractTables, type ExtractTable } from './extract.ts'
import type { ColumnMap } from './header.ts'

/** `contacts`, `contacts.csv` or `contact` -> CSV column -> logical name (null: leave it out). */
export type ImportMap = Readonly<Record<string, ColumnMap>>

/**
 * The part of a map that is for one table.
 *
 * @throws P2cError MAP_INVALID (exit 2) where the map has a name that no file or table has
 */
export function columnMapFor(map: ImportMap, table: ExtractTable): ColumnMap {
  const stranger = Object.keys(map).find(name => !extractTables.some(known => isFor(known, name)))
  if (stranger !== undefined)
    throw mapInvalid('the map of columns cannot be used', `"${stranger}"`, undefined)
  const parts = Object.entries(map).filter(([name]) => isFor(table, name))
  return Object.assign({}, ...parts.map(([, columns]) => columns)) as ColumnMap
}

function isFor(table: ExtractTable, name: string): boolean {
  const plain = name.toLowerCase().replace(/\.csv(\.gz)?$/, '')
  return plain === table.file || plain === table.name
}

/** What is said about a map that is of no use. */
export function mapInvalid(what: string, found: string, cause: unknown): P2cError {
  return new P2cError('MAP_INVALID', {
    what,
    must: 'JSON of the form { "contacts": { "CSV column": "logical name" } }',
    found,
    next: 'Mend the file that --map names',
    exit: exitStatus.usage,
    cause,
  })
}
