import type { Names } from '../domain/names.ts'
import { exitStatus, P2cError } from '../errors.ts'
import type { ExtractColumn, ExtractTable } from './extract.ts'
import { lookupLabels } from './labels.ts'

/** CSV column -> logical name, for one file; null: left out without a word. */
export type ColumnMap = Readonly<Record<string, string | null>>

/** A column of the file that is taken. */
export interface MappedColumn {
  /** Its place in a row. */
  readonly at: number
  /** As it stands in the file. */
  readonly header: string
  readonly column: ExtractColumn
}

export interface HeaderMapping {
  readonly columns: readonly MappedColumn[]
  /** Headers that nobody knows. */
  readonly unknown: readonly string[]
  /** Headers of look-ups by name. */
  readonly byName: readonly string[]
  /** Headers that mean a column which a better one of the file means too. */
  readonly repeated: readonly string[]
}

const hidden = '(donotmodify)'

/**
 * Finds out which column each header means: by the map, by its logical or configured name, by the
 * names that other exports give it, by its label; without regard to case and spaces. Of several
 * for one column the first of these kinds is taken.
 *
 * @throws P2cError KEY_COLUMN_MISSING, COLUMN_TWICE, MAP_INVALID (exit 2)
 */
export function mapHeader(
  path: string,
  table: ExtractTable,
  header: readonly string[],
  names: Names,
  map: ColumnMap = {},
): HeaderMapping {
  const mapped = mapOf(path, table, header, map)
  const meanings = meaningsOf(table, names)
  const best = new Map<ExtractColumn, { at: number; rank: number }>()
  const unknown: string[] = []
  const byName: string[] = []
  const repeated: string[] = []

  for (const [at, text] of header.entries()) {
    const plain = normal(text)
    const told = mapped.get(plain)
    if (told === null || plain === `${hidden}rowchecksum`) continue
    const meaning = told ? { column: told, rank: -1 } : meanings.get(plain)
    if (!meaning) {
      const isLookup = lookupLabels.some(label => normal(label) === plain)
      ;(isLookup ? byName : unknown).push(text)
      continue
    }
    const { column, rank } = meaning
    const other = best.get(column)
    if (other?.rank === rank) throw twice(path, column, [header[other.at] ?? '', text])
    const loser = other && other.rank < rank ? text : other && header[other.at]
    if (loser !== undefined && !normal(loser).startsWith(hidden)) repeated.push(loser)
    if (!other || other.rank > rank) best.set(column, { at, rank })
  }

  const columns = [...best]
    .map(([column, { at }]) => ({ at, header: header[at] ?? '', column }))
    .sort((a, b) => a.at - b.at)
  if (!columns.some(({ column }) => column.name === table.key)) throw noKey(path, table, header)
  return { columns, unknown, byName, repeated }
}

function meaningsOf(
  table: ExtractTable,
  names: Names,
): Map<string, { column: ExtractColumn; rank: number }> {
  const meanings = new Map<string, { column: ExtractColumn; rank: number }>()
  const add = (text: string, column: ExtractColumn, rank: number) => {
    if (!meanings.has(normal(text))) meanings.set(normal(text), { column, rank })
  }
  for (const column of table.columns) add(column.name, column, 0)
  for (const column of table.columns) add(names.columnName(column.name), column, 1)
  for (const column of table.columns)
    for (const [i, alias] of column.aliases.entries()) add(alias, column, i + 2)
  return meanings
}

function mapOf(
  path: string,
  table: ExtractTable,
  header: readonly string[],
  map: ColumnMap,
): Map<string, ExtractColumn | null> {
  const present = new Set(header.map(normal))
  return new Map(
    Object.entries(map).map(([from, to]) => {
      if (!present.has(normal(from))) throw invalidMap(path, `no column "${from}" in the file`)
      if (to === null) return [normal(from), null]
      const column = table.columns.find(({ name }) => name === to.toLowerCase())
      if (!column) throw invalidMap(path, `no column "${to}" in the table ${table.name}`)
      return [normal(from), column]
    }),
  )
}

function normal(text: string): string {
  return text.replace(/\s+/g, '').toLowerCase()
}

function invalidMap(path: string, found: string): P2cError {
  return new P2cError('MAP_INVALID', {
    what: `the map of columns does not fit ${path}`,
    must: 'columns of the file, and logical names of columns that p2c knows',
    found,
    next: 'Mend the file that --map names',
    exit: exitStatus.usage,
  })
}

function twice(path: string, column: ExtractColumn, headers: readonly string[]): P2cError {
  return new P2cError('COLUMN_TWICE', {
    what: `two columns of ${path} mean ${column.name}`,
    must: 'one',
    found: headers.map(header => `"${header}"`).join(' and '),
    next: 'Remove one, or say with --map which one is meant',
    exit: exitStatus.usage,
  })
}

function noKey(path: string, table: ExtractTable, header: readonly string[]): P2cError {
  return new P2cError('KEY_COLUMN_MISSING', {
    what: `${path} has no column "${table.key}"`,
    must: 'the key of each row',
    found: header.map(text => `"${text}"`).join(', '),
    next: 'Export it with the key, or say with --map which column it is',
    exit: exitStatus.usage,
  })
}
