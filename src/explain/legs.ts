import type { Database } from '../database/database.ts'
import { identifier, join, literal, sql } from '../domain/sql.ts'
import { knownCountries, type Countries } from '../sync/countries.ts'
import { projectOf, type Project, type ProjectLeg, type ProjectMap } from '../sync/project.ts'
import type { TemplateName } from '../sync/template.ts'
import { readSources } from '../sync/source-reader.ts'
import { templates } from '../sync/templates/all.ts'
import { transform, type SourceRow, type Transformed } from '../sync/transform.ts'
import type { ContactStory, FieldStory, LegStory, Rejection, Value } from './story.ts'

/** The template that takes the contacts of a route. */
const templateOf: Readonly<Record<ContactStory['route'], TemplateName | null>> = {
  customer: 'contacts-to-customer',
  contact: 'contacts',
  skipped: null,
}

type Contact = ContactStory['contact']

/**
 * Both legs of the template that takes a contact: what its maps give by the settings of now, beside
 * what the targets have. The second leg reads the record that the first has written, or, where
 * there is none, the one that it would write.
 */
export async function legsOf(
  db: Database,
  contact: Contact,
  route: ContactStory['route'],
): Promise<LegStory[]> {
  const template = templates.find(({ name }) => name === templateOf[route])
  if (!template) return []
  const project = projectOf(template, db.config)
  const countries = await knownCountries()
  const [toCds, toDestination] = project.legs
  const first = await legOf(
    db,
    project,
    toCds,
    await salesRow(db, toCds, contact.id),
    contact,
    countries,
  )
  const record = Object.fromEntries(
    first.fields.map(({ to, value, stored }) => [to, stored === undefined ? value : stored]),
  )
  return [first, await legOf(db, project, toDestination, record, contact, countries)]
}

/** Templates that have a record of the contact although they do not take it any more. */
export async function leftBehindBy(
  db: Database,
  { id, number }: Contact,
  route: ContactStory['route'],
): Promise<TemplateName[]> {
  if (number === null || !(await db.dialect.describeTable(db, 'p2c_sync_record'))) return []
  const records = await db.rows<{ task: string }>(
    sql`SELECT task FROM p2c_sync_record WHERE task IN (${join(templates.map(({ task }) => task))}) AND key = ${number} AND source_id = ${id}`,
  )
  const tasks = new Set(records.map(({ task }) => task))
  return templates
    .filter(({ name, task }) => tasks.has(task) && name !== templateOf[route])
    .map(({ name }) => name)
}

/** What the maps of a leg read, of one contact; what is not there is NULL. */
async function salesRow(db: Database, leg: ProjectLeg, id: string): Promise<SourceRow> {
  const columns = [...new Set(leg.maps.flatMap(({ from }) => from))]
  const { selected, rowOf } = await readSources(db, 'contact', columns)
  const row = await db.row<Record<string, Value>>(
    sql`SELECT ${join(selected)} FROM ${db.names.table('contact')} AS s WHERE ${db.rules.hasGuid('contact', 's', literal(id))}`,
  )
  return rowOf(row ?? {})
}

async function legOf(
  db: Database,
  project: Project,
  leg: ProjectLeg,
  source: SourceRow,
  { id, number }: Contact,
  countries: Countries,
): Promise<LegStory> {
  const made = leg.maps.map(map => ({ map, result: transform(map, source, countries) }))
  const valueOf = (to: string) => made.find(({ map }) => map.to === to)?.result.value ?? null
  const key = Object.fromEntries(leg.target.key.map(to => [to, valueOf(to)]))
  const stored = number === null ? undefined : await storedRecord(db, leg, key)
  const rejection = await rejectionOf(db, project, leg, id)
  return {
    template: project.name,
    task: project.task,
    leg: leg.name,
    entity: leg.target.name,
    key,
    isThere: stored !== undefined,
    outcome: rejection === null ? await outcomeOf(db, project, leg, number) : 'rejected',
    rejection,
    fields: made.map(({ map, result }) => fieldOf(map, result, source, stored)),
  }
}

function fieldOf(
  map: ProjectMap,
  result: Transformed,
  source: SourceRow,
  stored: SourceRow | undefined,
): FieldStory {
  return {
    to: map.to,
    value: result.value,
    stored: stored?.[map.to],
    from: map.from.map(column => ({ column, value: source[column] ?? null })),
    how: howIsMade(map, result),
    problem: result.problem,
  }
}

const kinds: Readonly<Record<ProjectMap['by']['kind'], string | null>> = {
  copy: null,
  none: 'constant',
  valueMap: 'value map',
  choose: 'the first that is in the value map',
  country: 'country code',
  invert: 'inverted',
  lines: 'lines of one text',
}

function howIsMade(map: ProjectMap, { defaulted }: Transformed): string[] {
  const kind = kinds[map.by.kind]
  const isDefault = defaulted && map.by.kind !== 'none'
  return [
    ...(isDefault ? ['default'] : kind === null ? [] : [kind]),
    ...(map.truncate === undefined ? [] : [`at most ${map.truncate} characters`]),
  ]
}

/** The record with this key; undefined where the target, or its record, is not there. */
async function storedRecord(
  db: Database,
  leg: ProjectLeg,
  key: LegStory['key'],
): Promise<SourceRow | undefined> {
  const table = await db.dialect.describeTable(db, leg.target.table)
  if (!table) return undefined
  const columns = leg.maps.map(({ to }) => identifier(to))
  const isMeant = Object.entries(key).map(([to, value]) => sql`${identifier(to)} = ${value}`)
  return db.row<Record<string, Value>>(
    sql`SELECT ${join(columns)} FROM ${identifier(leg.target.table)} WHERE ${join(isMeant, ' AND ')}`,
  )
}

async function rejectionOf(
  db: Database,
  { task }: Project,
  { name }: ProjectLeg,
  id: string,
): Promise<Rejection | null> {
  if (!(await db.dialect.describeTable(db, 'p2c_sync_reject'))) return null
  const found = await db.row<{ code: string; message: string; rejected_on: string }>(
    sql`SELECT code, message, rejected_on FROM p2c_sync_reject WHERE task = ${task} AND leg = ${name} AND source_id = ${id}`,
  )
  return found ? { code: found.code, message: found.message, on: found.rejected_on } : null
}

async function outcomeOf(
  db: Database,
  { task }: Project,
  { name }: ProjectLeg,
  number: string | null,
): Promise<string | null> {
  if (number === null || !(await db.dialect.describeTable(db, 'p2c_sync_outcome'))) return null
  const found = await db.row<{ outcome: string }>(
    sql`SELECT outcome FROM p2c_sync_outcome WHERE task = ${task} AND leg = ${name} AND key = ${number}`,
  )
  return found?.outcome ?? null
}
