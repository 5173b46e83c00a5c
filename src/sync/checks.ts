import type { Database } from '../database/database.ts'
import { join, literal, raw, sql, type Sql } from '../domain/sql.ts'
import { isNothing, type Check, type CompiledLeg, type Notice } from './compile.ts'
import { isText } from './entities/entity.ts'
import { packed, quoted } from './problem.ts'
import type { ProjectLeg, ProjectMap } from './project.ts'

/** What the target demands of values that are ready to be sent. */
export interface TargetChecks {
  /** Demands that are sure: a record that breaks one is rejected. */
  readonly rejecting: readonly Check[]
  /** Demands that are probable: records that break one are counted. */
  readonly warning: readonly Notice[]
}

/** The value that each field gets; NULL for one that is not filled. */
export function valueReader(fields: CompiledLeg['fields']): (to: string) => Sql {
  const values = new Map(fields.map(({ to, value }) => [to, value]))
  return to => values.get(to) ?? raw('NULL')
}

/** The checks of a leg, over the values that its fields get. */
export function targetChecks(
  db: Database,
  leg: ProjectLeg,
  fields: CompiledLeg['fields'],
): TargetChecks {
  const valueOf = valueReader(fields)
  const parts = leg.maps.flatMap(map => {
    const value = valueOf(map.to)
    return [
      ...required(leg, map, value),
      ...lengths(leg, map, value),
      ...references(db, leg, map, value),
    ]
  })
  return {
    rejecting: [
      ...parts.flatMap(part => (part.sure ? [part.check] : [])),
      ...oneOf(leg, valueOf),
      ...customerExists(leg, valueOf),
    ],
    warning: parts.flatMap(part =>
      part.sure ? [] : [{ code: part.code, to: part.to, when: part.check.when }],
    ),
  }
}

interface Part {
  readonly code: string
  readonly to: string
  readonly sure: boolean
  readonly check: Check
}

function required(leg: ProjectLeg, { to, default: fallback }: ProjectMap, value: Sql): Part[] {
  const certainty = leg.target.rules[to]?.required
  if (certainty === undefined || (fallback !== undefined && fallback !== '')) return []
  const problem = packed('REQUIRED_VALUE_MISSING', literal(`${to} must have a value, and has none`))
  const check = { when: isBlank(leg, to, value), problem }
  return [{ code: 'REQUIRED_VALUE_MISSING', to, sure: certainty !== 'inferred', check }]
}

function lengths(leg: ProjectLeg, map: ProjectMap, value: Sql): Part[] {
  const { to } = map
  const limit = leg.target.rules[to]?.maxLength
  if (limit === undefined || longestOf(map) <= limit.characters || isNothing(value)) return []
  const message = sql`${literal(`${to} holds at most ${limit.characters} characters, and this has `)} || length(${value}) || ': ' || ${quoted(value)}`
  const check = {
    when: sql`length(${value}) > ${literal(limit.characters)}`,
    problem: packed('VALUE_TOO_LONG', message),
  }
  return [{ code: 'VALUE_TOO_LONG', to, sure: limit.certainty !== 'inferred', check }]
}

/** The most characters that a map gives, as far as the map itself tells. */
function longestOf({ from, default: fallback, truncate }: ProjectMap): number {
  if (from.length === 0) return String(fallback ?? '').length
  return truncate ?? Infinity
}

/** Finance and Operations compares without case, so this does. */
function references(db: Database, leg: ProjectLeg, { to }: ProjectMap, value: Sql): Part[] {
  const name = leg.target.rules[to]?.reference
  const known = name === undefined ? [] : db.config.sync.reference[name]
  if (known.length === 0) return []
  const list = join(known.map(entry => sql`lower(${literal(entry)})`))
  const message = sql`${literal(`${to} is not among sync.reference.${name ?? ''}: `)} || ${quoted(value)}`
  const check = {
    when: sql`(${value} <> '' AND lower(${value}) NOT IN (${list}))`,
    problem: packed('REFERENCE_UNKNOWN', message),
  }
  return [{ code: 'REFERENCE_UNKNOWN', to, sure: true, check }]
}

function oneOf(leg: ProjectLeg, valueOf: (to: string) => Sql): Check[] {
  const fields = leg.oneOf?.filter(to => leg.maps.some(map => map.to === to)) ?? []
  if (fields.length === 0) return []
  const names = fields.length === 1 ? fields.join() : `one of ${fields.join(', ')}`
  return [
    {
      when: sql`(${join(
        fields.map(to => isBlank(leg, to, valueOf(to))),
        ' AND ',
      )})`,
      problem: packed(
        'REQUIRED_VALUE_MISSING',
        literal(`${names} must have a value, and has none`),
      ),
    },
  ]
}

function customerExists(leg: ProjectLeg, valueOf: (to: string) => Sql): Check[] {
  if (leg.customer === undefined) return []
  const value = valueOf(leg.customer)
  return [
    {
      when: sql`NOT EXISTS (SELECT 1 FROM p2c_sync_customer AS c WHERE c.key = ${value})`,
      problem: packed(
        'ACCOUNT_MISSING',
        sql`${literal(`${leg.customer} names no customer that is there: `)} || ${quoted(value)} || '; sync the accounts first'`,
      ),
    },
  ]
}

function isBlank(leg: ProjectLeg, to: string, value: Sql): Sql {
  return isText(leg.target, to) ? sql`coalesce(${value}, '') = ''` : sql`${value} IS NULL`
}

/** The first problem of a row; NULL where it has none. */
export function firstProblem(checks: readonly Check[]): Sql {
  if (checks.length === 0) return raw('CAST(NULL AS TEXT)')
  return sql`CASE ${join(
    checks.map(({ when, problem }) => sql`WHEN ${when} THEN ${problem}`),
    ' ',
  )} END`
}
