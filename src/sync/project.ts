import type { Config } from '../config.ts'
import { addedMap, legOfAdded } from './added-map.ts'
import { settingRefused, type Overrides } from './setting-refused.ts'
import { settings } from './settings.ts'
import {
  scalarOf,
  valuesOf,
  type FieldMap,
  type Leg,
  type Scalar,
  type Template,
  type TemplateName,
} from './template.ts'

/** A map whose settings are filled in. */
export type ProjectMap = Omit<FieldMap, 'default'> & { readonly default?: Scalar }

export interface ProjectLeg extends Omit<Leg, 'maps'> {
  readonly maps: readonly ProjectMap[]
}

/** A template with a customer's settings: what is really run. */
export interface Project extends Omit<Template, 'legs'> {
  readonly legs: readonly [ProjectLeg, ProjectLeg]
}

/** A leg while the settings are put into it. */
export type LegDraft = Omit<Leg, 'maps'> & { maps: readonly ProjectMap[] }

/**
 * Puts the settings of `sync.templates.<name>` into a template. A field is named as in Finance and
 * Operations, or else as in the Common Data Service; `Account.Gender` says which entity is meant
 * where both have it. Entries of a value map are added to those of the template; `''` is the
 * entry for no value. A field that is omitted is neither sent nor touched.
 *
 * @throws P2cError CONFIG_INVALID (exit 2) for a field that the template does not fill, a key
 * that is overridden, a value map for a field that has no source, a field that is omitted and must
 * have a value, or an added field that cannot be filled
 */
export function projectOf(template: Template, config: Config): Project {
  const overrides = withTransforms(config.sync.templates[template.name])
  const legs: LegDraft[] = template.legs.map(leg => ({
    ...leg,
    maps: leg.maps.map(map => settled(map, config)),
  }))
  replacePages(template, legs, overrides.maps, config)
  add(template.name, legs, overrides.add, config)
  const change = (
    kind: keyof Overrides,
    name: string,
    make: (map: ProjectMap, leg: LegDraft) => ProjectMap[],
  ) => {
    const { leg, to } = locate(template.name, legs, kind, name)
    leg.maps = leg.maps.flatMap(map => (map.to === to ? make(map, leg) : [map]))
  }
  for (const [name, value] of Object.entries(overrides.defaults))
    change('defaults', name, map => [{ ...map, default: scalarOf(value) }])
  for (const [name, values] of Object.entries(overrides.valueMaps))
    change('valueMaps', name, map => [withValues(template.name, name, map, values)])
  for (const [name, length] of Object.entries(overrides.truncate))
    change('truncate', name, map => [{ ...map, truncate: length }])
  for (const name of overrides.omit)
    change('omit', name, (map, leg) => {
      mustBeDispensable(template.name, 'omit', name, map, leg)
      return []
    })
  const [toCds, toDestination] = legs
  if (!toCds || !toDestination) throw new RangeError('a template has two legs')
  return { ...template, legs: [toCds, toDestination] }
}

/** Transforms as the Data Integrator writes them are other words for the same settings. */
function withTransforms(overrides: Overrides): Overrides {
  const { defaults, valueMaps, truncate } = overrides
  const all = {
    defaults: { ...defaults },
    valueMaps: { ...valueMaps },
    truncate: { ...truncate },
  }
  for (const [name, transforms] of Object.entries(overrides.transforms))
    for (const one of transforms)
      if (one.transformType === 'Default') all.defaults[name] = one.defaultValue
      else if (one.transformType === 'Truncate') all.truncate[name] = one.length
      else all.valueMaps[name] = { ...all.valueMaps[name], ...one.valueMap }
  return { ...overrides, ...all }
}

/**
 * Whole mapping pages in place of the template's. What the template knows of a field beside its map is
 * kept; its keys must stay as they are, and what no record is taken without must be filled.
 */
function replacePages(
  { name, legs: original }: Template,
  legs: LegDraft[],
  pages: Overrides['maps'],
  config: Config,
): void {
  for (const [i, leg] of legs.entries()) {
    const rows = pages[leg.name]
    if (!rows) continue
    const before = leg.maps
    leg.maps = []
    for (const row of rows) {
      const field = leg.target.properties[row.to]
      if (field === undefined)
        throw settingRefused(
          name,
          'maps',
          row.to,
          `a field of ${leg.target.name}`,
          'none that is there (DIPV1024)',
        )
      const map = addedMap(name, legs, leg, row, config, 'maps')
      const { certainty, warnsOfDefault } = original[i]?.maps.find(({ to }) => to === row.to) ?? map
      leg.maps = [
        ...leg.maps,
        { ...map, ...(warnsOfDefault === undefined ? {} : { warnsOfDefault }), certainty },
      ]
    }
    for (const map of before) mustBeReplaced(name, leg, map)
  }
}

function mustBeReplaced(template: TemplateName, leg: LegDraft, before: ProjectMap): void {
  const map = leg.maps.find(({ to }) => to === before.to)
  const isKey = leg.target.key.includes(before.to)
  if (isKey && JSON.stringify([map?.from, map?.by]) !== JSON.stringify([before.from, before.by]))
    throw settingRefused(
      template,
      'maps',
      before.to,
      `the map of the template: a key from ${before.from.join() || 'its setting'}`,
      map === undefined ? 'none (DIPV1004)' : `one from ${map.from.join() || 'nothing'} (DIPV1004)`,
    )
  if (map === undefined) mustBeDispensable(template, 'maps', before.to, before, leg)
}

/** Fields of CDS first: those of Finance and Operations may come from them. */
function add(
  template: TemplateName,
  legs: LegDraft[],
  fields: Overrides['add'],
  config: Config,
): void {
  const placed = fields.map(field => ({ field, leg: legOfAdded(template, legs, field) }))
  for (const leg of legs)
    for (const { field } of placed.filter(one => one.leg === leg))
      leg.maps = [...leg.maps, addedMap(template, legs, leg, field, config)]
}

function settled(map: FieldMap, config: Config): ProjectMap {
  const { default: value, ...rest } = map
  if (value === undefined) return rest
  return { ...rest, default: typeof value === 'object' ? settings[value.setting](config) : value }
}

function withValues(
  template: TemplateName,
  name: string,
  map: ProjectMap,
  given: Overrides['valueMaps'][string],
): ProjectMap {
  const values = valuesOf(given)
  if (map.by.kind === 'none')
    throw settingRefused(
      template,
      'valueMaps',
      name,
      'a field that has a source',
      'a field that has a default only',
    )
  if ('values' in map.by)
    return { ...map, by: { ...map.by, values: { ...map.by.values, ...values } } }
  return { ...map, by: { kind: 'valueMap', values } }
}

function mustBeDispensable(
  template: TemplateName,
  setting: 'omit' | 'maps',
  name: string,
  { to }: ProjectMap,
  { target, oneOf, maps }: LegDraft,
): void {
  const required = target.rules[to]?.required
  const isLast =
    oneOf?.includes(to) === true && !maps.some(map => map.to !== to && oneOf.includes(map.to))
  if ((required === undefined || required === 'inferred') && !isLast) return
  throw settingRefused(
    template,
    setting,
    name,
    'a field that need not have a value',
    `one without which ${target.name} takes no record (DIPV1010)`,
  )
}

/** The second leg first: its fields are those that users know. */
function locate(
  template: TemplateName,
  legs: readonly LegDraft[],
  kind: keyof Overrides,
  name: string,
): { leg: LegDraft; to: string } {
  const [entity, to = ''] = name.includes('.') ? name.split('.', 2) : [undefined, name]
  const leg = legs
    .toReversed()
    .find(
      ({ target, maps }) =>
        maps.some(map => map.to === to) && (entity === undefined || target.name === entity),
    )
  if (!leg) {
    const known = legs.map(
      ({ target, maps }) => `${target.name} (${maps.map(map => map.to).join(', ')})`,
    )
    throw settingRefused(template, kind, name, `a field of ${known.join(' or ')}`, 'none of these')
  }
  if (leg.target.key.includes(to))
    throw settingRefused(
      template,
      kind,
      name,
      'a field that is no key',
      'a key; organization.cds and organization.company set those that can be set',
    )
  return { leg, to }
}
