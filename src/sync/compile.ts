import { columnOf } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import { salesTables } from '../domain/sales.ts'
import { identifier, join, literal, raw, sql, type Sql } from '../domain/sql.ts'
import { isText } from './entities/entity.ts'
import { packed, quoted } from './problem.ts'
import type { ProjectLeg, ProjectMap } from './project.ts'
import { spelledKeys } from './transform.ts'
import type { Values } from './template.ts'

/** Columns of the source that are there; others are taken for empty. */
export type Available = (column: string) => boolean

/** A leg as SQL, over its source called `s`. It gives exactly what `transform` gives. */
export interface CompiledLeg {
  /** The joins for lookups: `p` is the company's account, `q` the currency, `k_…` countries. */
  readonly joins: Sql
  readonly fields: readonly CompiledField[]
  /** Values that cannot be carried over: conditions with the problem that they are. */
  readonly problems: readonly Check[]
  /** What is only counted. */
  readonly notices: readonly Notice[]
}

export interface CompiledField {
  readonly to: string
  readonly value: Sql
  /** Whether it is the same for all rows: it has no source, or none of its columns is there. */
  readonly isConstant: boolean
}

/** A condition on a record that is taken, which is counted under a code. */
export interface Notice {
  readonly code: string
  readonly to: string
  readonly when: Sql
}

/** A condition that must not hold, and what is wrong where it does. */
export interface Check {
  readonly when: Sql
  /** What `packed` made. */
  readonly problem: Sql
}

/** Makes the expressions of a leg. Its joins want the tables of `lookup-tables.ts`. */
export function compileLeg(db: Database, leg: ProjectLeg, available: Available): CompiledLeg {
  const sources = new Sources(db, available)
  const compiled = leg.maps.map(map => compileMap(db, leg, map, sources))
  return {
    joins: join([...sources.joins(), sql``], '\n'),
    fields: compiled.map(({ to, value, isConstant }) => ({ to, value, isConstant })),
    problems: compiled.flatMap(({ problems }) => problems),
    notices: compiled.flatMap(({ to, notices }) => notices.map(notice => ({ ...notice, to }))),
  }
}

/** How the columns that maps name are read, and what must be joined for them. */
class Sources {
  readonly #db: Database
  readonly #available: Available
  readonly #needed = new Map<string, Sql>()

  constructor(db: Database, available: Available) {
    this.#db = db
    this.#available = available
  }

  joins(): Sql[] {
    return [...this.#needed.values()]
  }

  read(column: string): Sql {
    const [lookup, attribute] = column.split('.', 2)
    if (attribute === undefined)
      return this.#available(column) ? this.#db.names.column(column, 's') : raw('NULL')
    if (lookup === 'parentcustomerid') return this.#account(attribute)
    return this.#currency()
  }

  /** The joined row of the country that an expression spells. */
  country(text: Sql, column: string): string {
    const alias = `k_${column}`
    this.#needed.set(
      alias,
      sql`LEFT JOIN p2c_sync_country AS ${identifier(alias)} ON ${identifier(alias)}.spelling = ${text}`,
    )
    return alias
  }

  #account(attribute: string): Sql {
    const parent = this.#db.rules.guid(this.read('parentcustomerid'))
    this.#needed.set('p', sql`LEFT JOIN p2c_sync_account AS p ON p.guid = ${parent}`)
    return sql`p.${identifier(attribute)}`
  }

  #currency(): Sql {
    if (!this.#available('transactioncurrencyid')) return raw('NULL')
    const id = this.#db.rules.guid(this.read('transactioncurrencyid'))
    this.#needed.set('q', sql`LEFT JOIN p2c_sync_currency AS q ON q.guid = ${id}`)
    return raw('q.code')
  }
}

interface CompiledMap extends CompiledField {
  readonly problems: Check[]
  readonly notices: { readonly code: string; readonly when: Sql }[]
}

function compileMap(db: Database, leg: ProjectLeg, map: ProjectMap, sources: Sources): CompiledMap {
  const values = map.from.map(column => sources.read(column))
  const first = values[0] ?? raw('NULL')
  const text = isText(leg.target, map.to)
  const finished = (value: Sql, problems: Check[] = [], notices: CompiledMap['notices'] = []) => {
    const missing = text ? isBlank(value) : sql`${value} IS NULL`
    const filled = map.default === undefined ? value : withDefault(value, map.default, text)
    const warned =
      map.warnsOfDefault === undefined || map.default === undefined
        ? []
        : [{ code: map.warnsOfDefault, when: missing }]
    return {
      to: map.to,
      value: cut(filled, map.truncate),
      isConstant: values.every(isNothing),
      problems,
      notices: [...notices, ...warned],
    }
  }
  switch (map.by.kind) {
    case 'copy':
      return finished(first)
    case 'none':
      return finished(raw('NULL'))
    case 'invert':
      if (isNothing(first)) return finished(first)
      return finished(
        sql`(CASE WHEN ${first} IS NULL THEN NULL WHEN ${first} = ${db.dialect.flag(true)} THEN 'No' ELSE 'Yes' END)`,
      )
    case 'lines': {
      const lines = values.map(
        value => sql`(CASE WHEN ${isBlank(value)} THEN '' ELSE ${literal('\n')} || ${value} END)`,
      )
      return finished(sql`nullif(substr(${join(lines, ' || ')}, 2), '')`)
    }
    case 'choose': {
      const known = map.by.values
      const found = values.map(value => lookedUp(known, asText(value)))
      return finished(found.length === 1 ? sql`${found[0]}` : sql`coalesce(${join(found)})`)
    }
    case 'valueMap': {
      const value = lookedUp(map.by.values, asText(first))
      const known = ['', ...Object.keys(map.by.values)].map(literal)
      const when = sql`(${asText(first)} NOT IN (${join(known)}))`
      const message = sql`${literal(`${map.to} cannot be made from ${map.from.join()}: `)} || ${quoted(first)} || ' is not in its value map'`
      return finished(
        value,
        isNothing(first) ? [] : [{ when, problem: packed('VALUE_NOT_IN_MAP', message) }],
      )
    }
    case 'country': {
      if (isNothing(first)) return finished(first)
      const spelled = sql`lower(trim(${asText(first)}))`
      const alias = sources.country(spelled, map.from.join())
      const listed = sql`${identifier(alias)}.${raw(map.by.code)}`
      const own = spelledKeys(map.by.values)
      const value =
        Object.keys(own).length === 0 ? listed : sql`coalesce(${lookedUp(own, spelled)}, ${listed})`
      const unknown = sql`(${value} IS NULL AND ${spelled} <> '')`
      const message = sql`${literal(`${map.to} cannot be made from ${map.from.join()}: no country is called `)} || ${quoted(first)}`
      return db.config.sync.unknownCountry === 'reject'
        ? finished(value, [{ when: unknown, problem: packed('COUNTRY_UNKNOWN', message) }])
        : finished(value, [], [{ code: 'COUNTRY_UNKNOWN', when: unknown }])
    }
  }
}

/** Which columns of a Sales table are there, by their logical names. */
export async function availableColumns(db: Database, table: string): Promise<Available> {
  const info = await db.dialect.describeTable(db, db.names.tableName(table))
  return column => columnOf(db, info, column) !== undefined
}

/** Whether a leg reads from Sales. */
export function readsSales(leg: ProjectLeg): boolean {
  return salesTables.some(table => table.name === leg.source)
}

function withDefault(value: Sql, fallback: string | number, text: boolean): Sql {
  if (isNothing(value)) return literal(text ? String(fallback) : fallback)
  return text
    ? sql`coalesce(nullif(${asText(value)}, ''), ${literal(String(fallback))})`
    : sql`coalesce(${value}, ${literal(fallback)})`
}

function cut(value: Sql, length: number | undefined): Sql {
  return length === undefined ? value : sql`substr(${asText(value)}, 1, ${raw(String(length))})`
}

function lookedUp(values: Values, text: Sql): Sql {
  const cases = Object.entries(values).map(
    ([from, to]) => sql`WHEN ${literal(from)} THEN ${literal(to)}`,
  )
  if (cases.length === 0) return raw('NULL')
  return sql`(CASE coalesce(${text}, '') ${join(cases, ' ')} END)`
}

function isBlank(value: Sql): Sql {
  return sql`(coalesce(${asText(value)}, '') = '')`
}

function asText(value: Sql): Sql {
  return isNothing(value) ? value : sql`CAST(${value} AS TEXT)`
}

/** Whether it is the value of a map without a source, or of a column that is not there. */
export function isNothing(value: Sql): boolean {
  return value.sql === 'NULL'
}
