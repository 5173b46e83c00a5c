import type { Config } from '../config.ts'
import { salesTables, type ColumnType } from '../domain/sales.ts'
import { columnTypeOf } from './entities/entity.ts'
import type { LegDraft, ProjectMap } from './project.ts'
import { settingRefused, type Overrides } from './setting-refused.ts'
import { settings } from './settings.ts'
import { scalarOf, valuesOf, type Scalar, type TemplateName, type Transform } from './template.ts'

/** A field that a project fills beside those of its template. */
export type AddedField = Overrides['add'][number]

/** Where a row of a mapping page stands in the configuration. */
export type RowSetting = 'add' | 'maps'

/** Rows of Sales that a map may read from the row of its leg, and the columns that it may take. */
const lookUps: Readonly<Record<string, RegExp>> = {
  parentcustomerid: /./,
  transactioncurrencyid: /^isocurrencycode$/,
}

/** Which leg fills an added field: that of Finance and Operations, unless the other one is meant. */
export function legOfAdded(
  template: TemplateName,
  legs: readonly LegDraft[],
  { to }: AddedField,
): LegDraft {
  const [entity, field = ''] = to.includes('.') ? to.split('.', 2) : [undefined, to]
  const found = legs
    .toReversed()
    .find(
      ({ target }) =>
        field in target.properties && (entity === undefined || target.name === entity),
    )
  if (found) return found
  const known = legs.map(({ target }) => target.name).join(' or ')
  throw settingRefused(template, 'add', to, `a field of ${known}`, 'none that is there (DIPV1024)')
}

/**
 * The map of an added field.
 *
 * @throws P2cError CONFIG_INVALID for a field that is filled already, a source that is not there, a
 * value without any source, or a text where a number must be
 */
export function addedMap(
  template: TemplateName,
  legs: readonly LegDraft[],
  leg: LegDraft,
  added: AddedField,
  config: Config,
  setting: RowSetting = 'add',
): ProjectMap {
  const to = added.to.split('.').at(-1) ?? added.to
  const refuse = (must: string, found: string) =>
    settingRefused(template, setting, added.to, must, found)
  if (leg.maps.some(map => map.to === to))
    throw refuse(
      'a field that is not filled yet',
      'one that is; "defaults", "valueMaps", "truncate" and "omit" change it (DIPV1026)',
    )
  const from = added.from === undefined ? [] : [added.from].flat()
  const fallback = defaultOf(added, config)
  if (from.length === 0 && fallback === undefined && setting === 'add')
    throw refuse('"from", or "default"', 'neither')
  for (const source of from) {
    const problem = problemOf(legs, leg, source)
    if (problem !== null) throw refuse(problem, `${source} (DIPV1021)`)
  }
  const by = transformOf(added, from)
  if (by.kind === 'copy' && isNumber(columnTypeOf(leg.target, to)))
    for (const source of from)
      if (isCertainlyNoNumber(legs, leg, source))
        throw refuse(
          'a source that is a number, or a value map',
          `${source}, which is none (DIPV1030)`,
        )
  return {
    to,
    from,
    by,
    ...(fallback === undefined ? {} : { default: fallback }),
    ...(added.truncate === undefined ? {} : { truncate: added.truncate }),
    certainty: 'inferred',
  }
}

/** What the source of a map must be, where it is not; null where it is. */
function problemOf(legs: readonly LegDraft[], leg: LegDraft, source: string): string | null {
  const [first] = legs
  if (leg !== first)
    return first?.maps.some(map => map.to === source)
      ? null
      : `a field of ${first?.target.name ?? ''} that the first leg fills`
  const [lookUp = '', attribute] = source.split('.', 2)
  if (attribute === undefined || lookUps[lookUp]?.test(attribute)) return null
  return 'a column, or parentcustomerid with a column of the account, or transactioncurrencyid.isocurrencycode'
}

function defaultOf({ default: value, setting }: AddedField, config: Config): Scalar | undefined {
  if (value !== undefined) return scalarOf(value)
  return setting === undefined ? undefined : settings[setting](config)
}

function transformOf(
  { valueMap, country, invert }: AddedField,
  from: readonly string[],
): Transform {
  if (from.length === 0) return { kind: 'none' }
  const values = valuesOf(valueMap ?? {})
  if (invert) return { kind: 'invert' }
  if (country !== undefined) return { kind: 'country', code: country, values }
  if (valueMap !== undefined) return { kind: from.length > 1 ? 'choose' : 'valueMap', values }
  return { kind: from.length > 1 ? 'lines' : 'copy' }
}

function isNumber({ kind }: ColumnType): boolean {
  return kind === 'integer' || kind === 'decimal'
}

/** Of a column that nobody knows it is not certain. */
function isCertainlyNoNumber(legs: readonly LegDraft[], leg: LegDraft, source: string): boolean {
  const [first] = legs
  if (leg !== first) return first !== undefined && !isNumber(columnTypeOf(first.target, source))
  const table = salesTables.find(({ name }) => name === leg.source)
  const column = table?.columns.find(({ name }) => name === source)
  return column !== undefined && !isNumber(column.type) && column.type.kind !== 'choice'
}
