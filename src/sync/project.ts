import type { Config } from '../config.ts'
import { exitStatus, P2cError } from '../errors.ts'
import type { FieldMap, Leg, Scalar, SettingName, Template, Values } from './template.ts'

/** A map whose settings are filled in. */
export type ProjectMap = Omit<FieldMap, 'default'> & { readonly default?: Scalar }

export interface ProjectLeg extends Omit<Leg, 'maps'> {
  readonly maps: readonly ProjectMap[]
}

/** A template with a customer's settings: what is really run. */
export interface Project extends Omit<Template, 'legs'> {
  readonly legs: readonly [ProjectLeg, ProjectLeg]
}

type Overrides = Config['sync']['templates']['accounts']
type Found = readonly [leg: number, to: string]

/**
 * Puts the settings of `sync.templates.<name>` into a template. A field is named as in Finance and
 * Operations, or else as in the Common Data Service; `Account.Gender` says which entity is meant
 * where both have it. Entries of a value map are added to those of the template; `''` is the
 * entry for no value. A field that is omitted is neither sent nor touched.
 *
 * @throws P2cError CONFIG_INVALID (exit 2) for a field that the template does not fill, a key
 * that is overridden, or a value map for a field that has no source
 */
export function projectOf(template: Template, config: Config): Project {
  const overrides = config.sync.templates[template.name]
  const legs = template.legs.map(leg => ({
    ...leg,
    maps: leg.maps.map(map => settled(map, config)),
  }))
  const change = (kind: keyof Overrides, name: string, make: (map: ProjectMap) => ProjectMap[]) => {
    const [at, to] = locate(template, kind, name)
    const leg = legs[at]
    if (leg) leg.maps = leg.maps.flatMap(map => (map.to === to ? make(map) : [map]))
  }
  for (const [name, value] of Object.entries(overrides.defaults))
    change('defaults', name, map => [{ ...map, default: scalar(value) }])
  for (const [name, values] of Object.entries(overrides.valueMaps))
    change('valueMaps', name, map => [withValues(template, name, map, values)])
  for (const [name, length] of Object.entries(overrides.truncate))
    change('truncate', name, map => [{ ...map, truncate: length }])
  for (const name of overrides.omit) change('omit', name, () => [])
  const [toCds, toDestination] = legs
  if (!toCds || !toDestination) throw new RangeError('a template has two legs')
  return { ...template, legs: [toCds, toDestination] }
}

function settled(map: FieldMap, config: Config): ProjectMap {
  const { default: value, ...rest } = map
  if (value === undefined) return rest
  return { ...rest, default: typeof value === 'object' ? settings[value.setting](config) : value }
}

const settings: Readonly<Record<SettingName, (config: Config) => string>> = {
  'organization.cds': config => config.organization.cds,
  'organization.company': config => config.organization.company,
  'sync.currency': config => config.sync.currency,
}

function withValues(
  template: Template,
  name: string,
  map: ProjectMap,
  given: Readonly<Record<string, string | number | boolean>>,
): ProjectMap {
  const values: Values = Object.fromEntries(
    Object.entries(given).map(([from, to]) => [from, String(scalar(to))]),
  )
  if (map.by.kind === 'none')
    refuse(
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

function scalar(value: string | number | boolean): Scalar {
  if (typeof value === 'boolean') return value ? 'Yes' : 'No'
  return value
}

/** The second leg first: its fields are those that users know. */
function locate(template: Template, kind: keyof Overrides, name: string): Found {
  const [entity, field] = name.includes('.') ? name.split('.', 2) : [undefined, name]
  const found = [1, 0].flatMap(at => {
    const leg = template.legs[at]
    const map = leg?.maps.find(map => map.to === field)
    return leg && map && (entity === undefined || leg.target.name === entity)
      ? [{ at, leg, map }]
      : []
  })[0]
  if (!found) {
    const known = template.legs.map(
      leg => `${leg.target.name} (${leg.maps.map(map => map.to).join(', ')})`,
    )
    return refuse(template, kind, name, `a field of ${known.join(' or ')}`, 'none of these')
  }
  if (found.leg.target.key.includes(found.map.to))
    refuse(
      template,
      kind,
      name,
      'a field that is no key',
      'a key; organization.cds and organization.company set those that can be set',
    )
  return [found.at, found.map.to]
}

function refuse(
  template: Template,
  kind: string,
  name: string,
  must: string,
  found: string,
): never {
  throw new P2cError('CONFIG_INVALID', {
    what: `the setting "sync.templates.${template.name}.${kind}" cannot be used for "${name}"`,
    must,
    found,
    next: 'Mend it in the configuration file',
    exit: exitStatus.usage,
  })
}
