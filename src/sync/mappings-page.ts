import type { Leg, FieldMap, Setting, Scalar, Template, Transform, Values } from './template.ts'
import { templates } from './templates/all.ts'

/** docs/mappings.md: every row of every mapping page, made from the templates that are run. */
export function mappingsPage(): string {
  return `${[intro, ...templates.flatMap(templatePage)].join('\n\n')}\n`
}

const intro = `# Mappings

What becomes of every field on its way from Sales through the Common Data Service into Finance and Operations. This
page is made from the templates that \`p2c sync\` runs (\`npm run mappings\`). Settings under
\`sync.templates.<name>\` change it for a project: see [p2c sync](commands/sync.md#a-project-of-your-own).

How sure it is that the template does so: **sourced**, a public source states it; **pattern**, it is stated for a
sibling template or map; **inferred**, from names and meanings. A field that must have a value, and a value that must
fit, are marked: _required_ and _at most n_ reject a record, in brackets they only warn.`

function templatePage(template: Template): string[] {
  const { name, displayName, task, legs } = template
  return [
    `## ${displayName}`,
    `Template \`${name}\`, task \`${task}\`.`,
    ...legs.flatMap(leg => [`### ${titles[leg.name]}`, selection(leg), tableOf(leg)]),
  ]
}

const titles: Readonly<Record<Leg['name'], string>> = {
  'source-cds': 'Source > CDS',
  'cds-destination': 'CDS > Destination',
}

function selection({ source, target, filter, number }: Leg): string {
  const flags = Object.entries(filter).map(([column, value]) => `\`${column}\` = ${yes(value)}`)
  const conditions = [...flags, `\`${number}\` not empty`]
  const rows = source.startsWith('cds_') ? 'the records of this task' : conditions.join(' and ')
  return `From \`${source}\`, ${rows}, into ${target.name} (\`${target.table}\`, key ${target.key.map(key => `\`${key}\``).join(', ')}).`
}

const yes = (value: boolean) => (value ? 'Yes' : 'No')

function tableOf(leg: Leg): string {
  const heads = ['Source', 'Map', 'Destination', 'Default', 'Demands', 'Certainty']
  const rows = leg.maps.map(map => [
    map.from.length === 0 ? 'none' : map.from.map(column => `\`${column}\``).join(', '),
    mapInWords(map),
    `\`${map.to}\``,
    map.default === undefined ? '' : defaultInWords(map.default),
    demands(leg, map.to),
    map.certainty,
  ])
  return aligned([heads, ...rows])
}

/** A table as Prettier writes it. */
function aligned(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, i) =>
    Math.max(3, ...rows.map(row => Array.from(row[i] ?? '').length)),
  )
  const line = (cells: readonly string[], fill = ' ') =>
    `| ${widths.map((width, i) => (cells[i] ?? '') + fill.repeat(width - Array.from(cells[i] ?? '').length)).join(' | ')} |`
  const [head = [], ...others] = rows
  return [line(head), line([], '-'), ...others.map(row => line(row))].join('\n')
}

function mapInWords({ by, truncate }: FieldMap): string {
  const cut = truncate === undefined ? [] : [`Truncate ${truncate}`]
  return [kindInWords(by), ...cut].filter(Boolean).join(', ')
}

function kindInWords(by: Transform): string {
  switch (by.kind) {
    case 'copy':
      return '='
    case 'none':
      return 'Default'
    case 'valueMap':
      return `ValueMap ${valuesInWords(by.values)}`
    case 'choose':
      return ['ValueMap of the first that is in it', valuesInWords(by.values)].join(' ').trim()
    case 'country':
      return `Country code ${by.code === 'alpha2' ? 'alpha-2' : 'alpha-3'}`
    case 'invert':
      return 'ValueMap Yes → No, No → Yes'
    case 'lines':
      return 'the lines of one text'
  }
}

function valuesInWords(values: Values): string {
  return Object.entries(values)
    .map(([from, to]) => `${from === '' ? 'blank' : from} → ${to}`)
    .join(', ')
}

function defaultInWords(value: Scalar | Setting): string {
  return typeof value === 'object' ? `setting \`${value.setting}\`` : `\`${value}\``
}

function demands({ target, oneOf }: Leg, to: string): string {
  const { required, maxLength, reference } = target.rules[to] ?? {}
  const surely = (text: string, isSure: boolean) => (isSure ? text : `(${text})`)
  return [
    ...(required === undefined ? [] : [surely('required', required !== 'inferred')]),
    ...(oneOf?.includes(to) ? [`one of ${oneOf.join(', ')}`] : []),
    ...(maxLength === undefined
      ? []
      : [surely(`at most ${maxLength.characters}`, maxLength.certainty !== 'inferred')]),
    ...(reference === undefined ? [] : [`in \`sync.reference.${reference}\``]),
  ].join(', ')
}
