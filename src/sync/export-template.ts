import type { Config } from '../config.ts'
import type { AddedField } from './added-map.ts'
import { projectOf, type ProjectMap } from './project.ts'
import { settings } from './settings.ts'
import type { LegName, Template, TemplateName } from './template.ts'

/** A project as a file, which the setting `mapsFile` of a template can name. */
export interface TemplateFile {
  readonly template: TemplateName
  readonly maps: Readonly<Record<LegName, readonly AddedField[]>>
}

/** The project of a template: with `maps` in place of its own pages it is the same. */
export function exportTemplate(template: Template, config: Config): TemplateFile {
  const [toCds, toDestination] = projectOf(template, config).legs
  const rowsOf = (at: 0 | 1, maps: readonly ProjectMap[]) =>
    maps.map(map => rowOf(map, settingOf(template, at, map, config)))
  return {
    template: template.name,
    maps: {
      'source-cds': rowsOf(0, toCds.maps),
      'cds-destination': rowsOf(1, toDestination.maps),
    },
  }
}

/** The setting from which the field's default is; undefined where it is another. */
function settingOf(
  template: Template,
  at: 0 | 1,
  map: ProjectMap,
  config: Config,
): AddedField['setting'] {
  const value = template.legs[at].maps.find(({ to }) => to === map.to)?.default
  if (typeof value !== 'object') return undefined
  return settings[value.setting](config) === map.default ? value.setting : undefined
}

function rowOf(
  { to, from, by, default: value, truncate }: ProjectMap,
  setting: AddedField['setting'],
): AddedField {
  const [only = ''] = from
  return {
    to,
    ...(from.length === 0 ? {} : { from: from.length === 1 ? only : [...from] }),
    ...valuesOf(by),
    ...(by.kind === 'country' ? { country: by.code } : {}),
    ...(by.kind === 'invert' ? { invert: true as const } : {}),
    ...(setting === undefined ? (value === undefined ? {} : { default: value }) : { setting }),
    ...(truncate === undefined ? {} : { truncate }),
  }
}

/** An empty map matters where it is the map: not where it only adds to the countries. */
function valuesOf(by: ProjectMap['by']): Pick<AddedField, 'valueMap'> {
  if (!('values' in by) || (by.kind === 'country' && Object.keys(by.values).length === 0)) return {}
  return { valueMap: by.values }
}

/** A row of a mapping page that two projects do not have alike. */
export interface TemplateDifference {
  readonly leg: LegName
  readonly to: string
  /** undefined where only the other one has it. */
  readonly here: AddedField | undefined
  readonly there: AddedField | undefined
}

/** What one project does otherwise than another, page by page, field by field. */
export function compareTemplates(
  here: TemplateFile['maps'],
  there: Partial<TemplateFile['maps']>,
): TemplateDifference[] {
  return (['source-cds', 'cds-destination'] as const).flatMap(leg => {
    const [ours, theirs] = [here[leg], there[leg] ?? here[leg]]
    const fields = new Set([...ours, ...theirs].map(({ to }) => to))
    return [...fields]
      .map(to => ({
        leg,
        to,
        here: ours.find(row => row.to === to),
        there: theirs.find(row => row.to === to),
      }))
      .filter(one => canonical(one.here) !== canonical(one.there))
  })
}

/** The same text for the same row, in whatever order its keys stand. */
function canonical(row: AddedField | undefined): string {
  return JSON.stringify(row, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}
