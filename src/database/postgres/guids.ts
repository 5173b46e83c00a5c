import type pg from 'pg'
import type { Config } from '../../config.ts'
import type { Guids } from '../../domain/rules.ts'
import { salesTable } from '../../domain/sales.ts'
import { raw, sql, type Sql } from '../../domain/sql.ts'

/** How a key column is typed: the two make another comparison. */
export type KeyType =
  | { readonly kind: 'uuid' }
  /** Text of any type, in this collation, as SQL writes it. */
  | { readonly kind: 'text'; readonly collation: string }

const text: KeyType = { kind: 'text', collation: '"default"' }

/**
 * The types of the key columns, as the catalogue had them when it was last read. SQL that compares
 * a key with a GUID has to know: a uuid column has an index that no text can use.
 */
export class KeyTypes {
  readonly #client: pg.Client
  readonly #config: Config
  #types: ReadonlyMap<string, KeyType> = new Map()

  constructor(client: pg.Client, config: Config) {
    this.#client = client
    this.#config = config
  }

  of(table: string): KeyType {
    return this.#types.get(table) ?? text
  }

  /** Whether a script can change what `read` finds: it makes, alters or drops one of the tables. */
  mayChangeBy(script: string): boolean {
    const names = this.#keys().map(({ table }) => table.replaceAll('"', '""'))
    return (
      /\b(create|alter|drop)\s+(\w+\s+)?table\b/i.test(script) &&
      names.some(name => script.includes(name))
    )
  }

  async read(): Promise<void> {
    const { schema } = this.#config
    const keys = this.#keys()
    const { rows } = await this.#client.query<{ name: string; uuid: boolean; collation: string }>(
      `SELECT c.relname AS name, a.atttypid = 'uuid'::regtype AS uuid,
        coalesce(quote_ident(n.nspname) || '.' || quote_ident(o.collname), '"default"') AS collation
      FROM unnest($2::text[], $3::text[]) AS k (relname, attname)
      JOIN pg_class AS c ON c.relname = k.relname AND c.relnamespace = to_regnamespace(quote_ident($1))
      JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = k.attname
      LEFT JOIN pg_collation AS o ON o.oid = a.attcollation AND o.collname <> 'default'
      LEFT JOIN pg_namespace AS n ON n.oid = o.collnamespace`,
      [schema, keys.map(one => one.table), keys.map(one => one.key)],
    )
    this.#types = new Map(
      rows.map(({ name, uuid, collation }) => [
        name,
        uuid ? { kind: 'uuid' } : { kind: 'text', collation },
      ]),
    )
  }

  #keys(): { table: string; key: string }[] {
    const { tables } = this.#config
    const names = ['account', 'contact'] as const
    return names.map(name => ({ table: tables[name], key: salesTable(name).key }))
  }
}

/**
 * GUIDs as text that compares by its bytes, whatever their column is. Immutable functions only, so
 * that indexes can be made on it.
 */
export function guid(expression: Sql): Sql {
  return sql`(lower(btrim(CAST(${expression} AS text), '{}')) COLLATE "C")`
}

/**
 * Comparing keys with GUIDs so that the key's own index serves: a uuid key is compared with a uuid,
 * which is NULL where the other side is no GUID at all; a text key in its own collation, and once
 * more, by the partial index on other spellings, as GUIDs.
 */
export function guidsOf(typeOf: (table: string) => KeyType): Guids {
  return {
    guid,
    keyText: key => sql`(CAST(${key} AS text) COLLATE "C")`,
    isAnotherSpelling,
    hasGuid: (table, key, is) => {
      const type = typeOf(table)
      if (type.kind === 'uuid') return sql`(${key} = ${uuidOf(is)})`
      const collation = raw(type.collation)
      return sql`(${key} = ((${is}) COLLATE ${collation}) OR (${isAnotherSpelling(key)} AND ${guid(key)} = ${is}))`
    },
    isAmong: (table, key, is) => sql`((${is} IN (SELECT ${guid(key)} FROM ${table})) IS TRUE)`,
  }
}

function isAnotherSpelling(key: Sql): Sql {
  return sql`(CAST(${key} AS text) <> ${guid(key)})`
}

/** The uuid that a canonical GUID stands for; NULL where the text is none. */
function uuidOf(is: Sql): Sql {
  return sql`(CASE WHEN ${is} ~ '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' THEN CAST(${is} AS uuid) END)`
}
