import type { Database } from '../database/database.ts'
import { empty, join, raw, sql } from '../domain/sql.ts'
import { knownCountries, type Countries } from './countries.ts'
import { projectOf, type Project, type ProjectLeg, type ProjectMap } from './project.ts'
import { readSources } from './source-reader.ts'
import { templates } from './templates/all.ts'
import { transform, type SourceRow, type SourceValue } from './transform.ts'

/** Values of Sales that the sync could not carry over, or that Finance would not know. */
export interface UnknownValue {
  readonly code: 'COUNTRY_UNKNOWN' | 'REFERENCE_UNKNOWN'
  /** The column of Sales, `contact.address1_country`, or the template and its field. */
  readonly where: string
  /** As Sales has it, or, where it is a reference, as Finance would get it. */
  readonly value: string
  /** Rows of the Sales table that have it, whether or not the template will select them. */
  readonly rows: number
}

/**
 * What the maps would make of every value that Sales has, field by field, each different value once.
 * Countries are asked of all templates, references where the configuration has a list for them.
 */
export async function unknownValues(db: Database): Promise<UnknownValue[]> {
  const countries = await knownCountries()
  const found: UnknownValue[] = []
  for (const template of templates) {
    const project = projectOf(template, db.config)
    for (const one of await unknownCountries(db, project, countries))
      if (!found.some(({ where, value }) => where === one.where && value === one.value))
        found.push(one)
    found.push(...(await unknownReferences(db, project, countries)))
  }
  return found
}

async function unknownCountries(
  db: Database,
  { legs: [toCds] }: Project,
  countries: Countries,
): Promise<UnknownValue[]> {
  const found: UnknownValue[] = []
  for (const map of toCds.maps.filter(({ by }) => by.kind === 'country'))
    for (const { row, rows } of await differentRows(db, toCds, map.from))
      if (transform(map, row, countries).problem !== null)
        found.push({
          code: 'COUNTRY_UNKNOWN',
          where: `${toCds.source}.${map.from.join()}`,
          value: String(row[map.from[0] ?? ''] ?? ''),
          rows,
        })
  return found
}

async function unknownReferences(
  db: Database,
  { name, legs: [toCds, toDestination] }: Project,
  countries: Countries,
): Promise<UnknownValue[]> {
  const found: UnknownValue[] = []
  for (const map of toDestination.maps) {
    const reference = toDestination.target.rules[map.to]?.reference
    const list = reference === undefined ? [] : db.config.sync.reference[reference]
    if (list.length === 0) continue
    const known = new Set(list.map(value => value.toLowerCase()))
    const before = toCds.maps.filter(({ to }) => map.from.includes(to))
    const counts = new Map<string, number>()
    for (const { row, rows } of await differentRows(db, toCds, sourcesOf(before))) {
      const { value } = transform(map, throughFirstLeg(before, row, countries), countries)
      const text = String(value ?? '')
      if (text !== '' && !known.has(text.toLowerCase()))
        counts.set(text, (counts.get(text) ?? 0) + rows)
    }
    for (const [value, rows] of counts)
      found.push({ code: 'REFERENCE_UNKNOWN', where: `${name}, ${map.to}`, value, rows })
  }
  return found
}

function sourcesOf(maps: readonly ProjectMap[]): string[] {
  return [...new Set(maps.flatMap(({ from }) => from))]
}

function throughFirstLeg(
  maps: readonly ProjectMap[],
  row: SourceRow,
  countries: Countries,
): SourceRow {
  return Object.fromEntries(maps.map(map => [map.to, transform(map, row, countries).value]))
}

/** The different values that rows of the leg's source have in some columns, with their counts. */
async function differentRows(
  db: Database,
  { source }: ProjectLeg,
  columns: readonly string[],
): Promise<{ row: SourceRow; rows: number }[]> {
  const table = source === 'account' ? 'account' : 'contact'
  const { selected, names, rowOf } = await readSources(db, table, columns)
  const grouped = names.length === 0 ? empty : sql`GROUP BY ${join(names)}`
  const rows = await db.rows<Record<string, SourceValue>>(
    sql`SELECT ${join([...names, raw('count(*) AS n')])} FROM (SELECT ${join([...selected, raw('1 AS one')])} FROM ${db.names.table(table)} AS s) AS every ${grouped}`,
  )
  return rows
    .map(row => ({ row: rowOf(row), rows: Number(row['n']) }))
    .filter(({ rows: count }) => count > 0)
}
