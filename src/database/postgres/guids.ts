import type pg from 'pg'
import type { Config } from '../../config.ts'
import { namesOf } from '../../domain/names.ts'
import { activitySources, type Guids } from '../../domain/rules.ts'
import { currencies, salesTables } from '../../domain/sales.ts'
import { any, raw, sql, type Sql } from '../../domain/sql.ts'

/** How a key column is typed: the two make another comparison. */
export type KeyType =
  | { readonly kind: 'uuid' }
  /** Text of any type, in this collation, as SQL writes it. */
  | { readonly kind: 'text'; readonly collation: string }

const text: KeyType = { kind: 'text', collation: '"default"' }

/**
 * The types of the columns that hold GUIDs, as the catalogue had them when it was last read. SQL that
 * compares a key with a GUID has to know: a uuid column has an index that no text can use, and
 * needs no looking for braces and capitals.
 */
export class GuidColumns {
  readonly #client: pg.Client
  readonly #config: Config
  #keys: ReadonlyMap<string, KeyType> = new Map()
  #uuids: ReadonlySet<string> = new Set()

  constructor(client: pg.Client, config: Config) {
    this.#client = client
    this.#config = config
  }

  /** The type of the key of a table, `account` or `contact` by the name that it has here. */
  keyOf(table: string): KeyType {
    return this.#keys.get(table) ?? text
  }

  /** Whether an expression is such a column, and this is a uuid in every table that has it. */
  isUuid(expression: Sql): boolean {
    const column = /^(?:\w+\.|"[^"]+"\.)?"(\w+)"$/.exec(expression.sql)?.[1]
    return column !== undefined && this.#uuids.has(column)
  }

  /** Whether a script can change what `read` finds: it makes, alters or drops one of the tables. */
  mayChangeBy(script: string): boolean {
    const names = this.#columns().map(({ table }) => table.replaceAll('"', '""'))
    return (
      /\b(create|alter|drop)\s+(\w+\s+)?table\b/i.test(script) &&
      names.some(name => script.includes(name))
    )
  }

  async read(): Promise<void> {
    const { schema } = this.#config
    const columns = this.#columns()
    const { rows } = await this.#client.query<{
      table: string
      column: string
      is_key: boolean
      is_uuid: boolean
      collation: string
    }>(
      `SELECT c.relname AS table, a.attname AS column, k.is_key, a.atttypid = 'uuid'::regtype AS is_uuid,
        coalesce(quote_ident(n.nspname) || '.' || quote_ident(o.collname), '"default"') AS collation
      FROM unnest($2::text[], $3::text[], $4::boolean[]) AS k (relname, attname, is_key)
      JOIN pg_class AS c ON c.relname = k.relname AND c.relnamespace = to_regnamespace(quote_ident($1))
      JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = k.attname
      LEFT JOIN pg_collation AS o ON o.oid = a.attcollation AND o.collname <> 'default'
      LEFT JOIN pg_namespace AS n ON n.oid = o.collnamespace`,
      [
        schema,
        columns.map(one => one.table),
        columns.map(one => one.column),
        columns.map(one => one.isKey),
      ],
    )
    this.#keys = new Map(
      rows
        .filter(row => row.is_key)
        .map(({ table, is_uuid, collation }) => [
          table,
          is_uuid ? { kind: 'uuid' } : { kind: 'text', collation },
        ]),
    )
    const others = new Set(rows.filter(row => !row.is_uuid).map(row => row.column))
    this.#uuids = new Set(rows.map(row => row.column).filter(column => !others.has(column)))
  }

  #columns(): { table: string; column: string; isKey: boolean }[] {
    const names = namesOf(this.#config)
    const ofSales = salesTables.flatMap(({ name, key, columns }) =>
      columns
        .filter(({ type }) => type.kind === 'guid')
        .map(column => ({
          table: name,
          column: column.name,
          isKey: column.name === key,
        })),
    )
    const ofOthers = [
      { table: currencies.table, column: currencies.id },
      ...activitySources(this.#config).map(({ table, customer }) => ({ table, column: customer })),
    ].map(one => ({ ...one, isKey: false }))
    return [...ofSales, ...ofOthers].map(one => ({ ...one, table: names.tableName(one.table) }))
  }
}

/**
 * Comparing keys with GUIDs so that the key's own index serves: a uuid key is compared with a uuid,
 * which is NULL where the other side is no GUID at all; a text key in its own collation, and once
 * more, by the partial index on other spellings, as GUIDs.
 *
 * @param tableName what a table is called in the database
 */
export function guidsOf(columns: GuidColumns, tableName: (logical: string) => string): Guids {
  const guid = (expression: Sql) =>
    columns.isUuid(expression) ? canonical(expression) : cleaned(expression)
  const isAnotherSpelling = (key: Sql) =>
    columns.isUuid(key) ? any([]) : sql`(CAST(${key} AS text) <> ${guid(key)})`
  return {
    guid,
    keyText: key => sql`(CAST(${key} AS text) COLLATE "C")`,
    isAnotherSpelling,
    hasGuid: (table, key, is) => {
      const type = columns.keyOf(tableName(table))
      if (type.kind === 'uuid') return sql`(${key} = ${uuidOf(is)})`
      const collation = raw(type.collation)
      return sql`(${key} = ((${is}) COLLATE ${collation}) OR (${isAnotherSpelling(key)} AND ${guid(key)} = ${is}))`
    },
    isAmong: (table, key, is) => sql`((${is} IN (SELECT ${guid(key)} FROM ${table})) IS TRUE)`,
  }
}

/**
 * A GUID of any spelling as text that compares by its bytes. Immutable functions only, so that
 * indexes can be made on it; under a collation of a language `lower` would take twice as long.
 */
function cleaned(expression: Sql): Sql {
  return sql`lower(btrim(CAST(${expression} AS text), '{}') COLLATE "C")`
}

/**
 * The same of a column that is a uuid, in an eighth of the time. The inner cast does nothing as long as
 * it is one: it is for whoever makes it a text later, when a trigger or an index has this already.
 */
function canonical(column: Sql): Sql {
  return sql`(CAST(CAST(${column} AS uuid) AS text) COLLATE "C")`
}

/** The uuid that a canonical GUID stands for; NULL where the text is none. */
function uuidOf(is: Sql): Sql {
  return sql`(CASE WHEN ${is} ~ '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' THEN CAST(${is} AS uuid) END)`
}
