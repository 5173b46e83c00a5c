import type { Countries } from './countries.ts'
import { spelling } from './countries.ts'
import type { ProjectMap } from './project.ts'
import type { Scalar, Values } from './template.ts'

/** What a column of a source row may hold. */
export type SourceValue = string | number | boolean | null

/** A row of a leg's source, by the names that its maps use; a missing column is empty. */
export type SourceRow = Readonly<Record<string, SourceValue>>

/** Why a value could not be carried over. */
export type TransformProblem = 'VALUE_NOT_IN_MAP' | 'COUNTRY_UNKNOWN'

export interface Transformed {
  readonly value: Scalar | boolean | null
  /** null where the value could be carried over. An unknown country leaves the default. */
  readonly problem: TransformProblem | null
  /** Whether the value is the map's default because the source gave none. */
  readonly defaulted: boolean
}

/** One map on one row: what `compileLeg` makes the database do for all of them. */
export function transform(map: ProjectMap, row: SourceRow, countries: Countries): Transformed {
  const { value, problem } = converted(map, row, countries)
  const defaulted = isBlank(value) && map.default !== undefined
  const chosen = defaulted ? (map.default ?? null) : value
  return { value: cut(chosen, map.truncate), problem, defaulted }
}

type Converted = Pick<Transformed, 'value' | 'problem'>

function converted(map: ProjectMap, row: SourceRow, countries: Countries): Converted {
  const values = map.from.map(column => row[column] ?? null)
  const first = values[0] ?? null
  const fine = (value: SourceValue): Converted => ({ value, problem: null })
  switch (map.by.kind) {
    case 'copy':
      return fine(first)
    case 'none':
      return fine(null)
    case 'invert':
      return fine(first === null ? null : Number(first) === 1 ? 'No' : 'Yes')
    case 'lines':
      return fine(values.filter(value => !isBlank(value)).join('\n') || null)
    case 'choose': {
      const known = map.by.values
      return fine(values.map(value => valueIn(known, value)).find(value => value !== null) ?? null)
    }
    case 'valueMap': {
      const value = valueIn(map.by.values, first)
      return { value, problem: value === null && !isBlank(first) ? 'VALUE_NOT_IN_MAP' : null }
    }
    case 'country': {
      const text = spelling(String(first ?? ''))
      if (text === '') return fine(null)
      const own = valueIn(spelledKeys(map.by.values), text)
      const value = own ?? countries.get(text)?.[map.by.code] ?? null
      return { value, problem: value === null ? 'COUNTRY_UNKNOWN' : null }
    }
  }
}

/** A value map with its keys as countries compare. */
export function spelledKeys(values: Values): Values {
  return Object.fromEntries(Object.entries(values).map(([from, to]) => [spelling(from), to]))
}

function valueIn(values: Values, value: SourceValue): string | null {
  const key = value === null ? '' : String(value)
  return Object.hasOwn(values, key) ? (values[key] ?? null) : null
}

function isBlank(value: SourceValue): boolean {
  return value === null || value === ''
}

/** By characters, as SQL counts them, not by UTF-16 units. */
function cut(value: SourceValue, length: number | undefined): SourceValue {
  if (length === undefined || value === null) return value
  return Array.from(String(value)).slice(0, length).join('')
}
