import { sql } from '../../domain/sql.ts'
import type { Database } from '../database.ts'
import type { TableInfo } from '../dialect.ts'
import type { PostgresDatabase } from './open.ts'

/**
 * A table or view of the schema. Names compare exactly: a table called "Contact" is not one called
 * contact. The type of a column is written as DDL wants it, its collation included.
 */
export async function describeTable(
  db: PostgresDatabase,
  name: string,
): Promise<TableInfo | undefined> {
  const found = await db.row<{ oid: number; kind: string }>(
    sql`SELECT c.oid, c.relkind AS kind FROM pg_catalog.pg_class AS c
      WHERE c.relnamespace = to_regnamespace(quote_ident(${db.schema})) AND c.relname = ${name} AND c.relkind IN ('r', 'p', 'f', 'v', 'm')`,
  )
  if (!found) return undefined
  const columns = await db.rows<{
    name: string
    type: string
    nullable: boolean
    place_in_key: number | null
  }>(
    sql`SELECT a.attname AS name, NOT a.attnotnull AS nullable, array_position(CAST(i.indkey AS int2[]), a.attnum) AS place_in_key,
        format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attcollation <> t.typcollation THEN ' COLLATE ' || quote_ident(n.nspname) || '.' || quote_ident(o.collname) ELSE '' END AS type
      FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
      LEFT JOIN pg_catalog.pg_index AS i ON i.indrelid = a.attrelid AND i.indisprimary
      LEFT JOIN pg_catalog.pg_collation AS o ON o.oid = a.attcollation
      LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = o.collnamespace
      WHERE a.attrelid = CAST(CAST(${found.oid} AS bigint) AS oid) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
  )
  return {
    name,
    kind: kinds[found.kind] ?? 'view',
    columns: columns.map(({ name, type, nullable }) => ({ name, type, nullable })),
    primaryKey: columns
      .filter(column => column.place_in_key !== null)
      .sort((a, b) => Number(a.place_in_key) - Number(b.place_in_key))
      .map(column => column.name),
  }
}

const kinds: Readonly<Record<string, TableInfo['kind']>> = { r: 'table', p: 'partitioned table' }

/** See Dialect.isUnique. */
export async function isUnique(
  db: PostgresDatabase,
  table: string,
  column: string,
): Promise<boolean> {
  const found = await db.row(
    sql`SELECT 1 FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indrelid
      JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
      WHERE c.relnamespace = to_regnamespace(quote_ident(${db.schema})) AND c.relname = ${table} AND a.attname = ${column}
      AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indnkeyatts = 1 AND i.indpred IS NULL`,
  )
  return found !== undefined
}

/** A flag wants a boolean; a text any type for texts, or a domain over one, that is wide enough. */
export async function canHold(
  db: PostgresDatabase,
  table: string,
  column: string,
  value: boolean | string,
): Promise<boolean> {
  const found = await db.row<{ category: string; width: number | null }>(
    sql`SELECT t.typcategory AS category, nullif(CASE t.typtype WHEN 'd' THEN t.typtypmod ELSE a.atttypmod END, -1) - 4 AS width
      FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
      WHERE c.relnamespace = to_regnamespace(quote_ident(${db.schema})) AND c.relname = ${table} AND a.attname = ${column}`,
  )
  if (typeof value === 'boolean') return found?.category === 'B'
  return found?.category === 'S' && (found.width === null || found.width >= value.length)
}

/** `pg_trigger` tells it: of a column list, or of any column; enabled, and neither ours nor a constraint's. */
export async function triggersFired(
  db: PostgresDatabase,
  table: string,
  columns: readonly string[],
): Promise<string[]> {
  const updates = 16
  const rows = await db.rows<{ name: string }>(
    sql`SELECT g.tgname AS name FROM pg_catalog.pg_trigger AS g JOIN pg_catalog.pg_class AS c ON c.oid = g.tgrelid
      WHERE c.relnamespace = to_regnamespace(quote_ident(${db.schema})) AND c.relname = ${table}
      AND NOT g.tgisinternal AND g.tgenabled IN ('O', 'A') AND (g.tgtype & ${updates}) <> 0 AND g.tgname NOT LIKE 'p2c\\_%'
      AND (cardinality(CAST(g.tgattr AS int2[])) = 0 OR EXISTS (SELECT 1 FROM pg_catalog.pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attnum = ANY (CAST(g.tgattr AS int2[])) AND a.attname = ANY (CAST(${columns} AS text[]))))
      ORDER BY g.tgname`,
  )
  return rows.map(row => row.name)
}

/**
 * What this user may not do: make temporary tables, and objects in the schema; read and write the
 * Sales tables, and alter and put triggers on them, which only their owner may.
 */
export async function missingPermissions(db: PostgresDatabase): Promise<string[]> {
  const tables = [
    ...new Set(['account', 'contact', ...db.rules.sources.map(source => source.table)]),
  ].map(table => db.names.tableName(table))
  const rows = await db.rows<{ missing: string }>(
    sql`SELECT 'CREATE on the schema ' || quote_ident(${db.schema}) AS missing
      WHERE NOT has_schema_privilege(to_regnamespace(quote_ident(${db.schema})), 'CREATE')
      UNION ALL SELECT 'TEMPORARY on the database ' || quote_ident(current_database()) WHERE NOT has_database_privilege(current_database(), 'TEMPORARY')
      UNION ALL SELECT r.privilege || ' on ' || quote_ident(c.relname) FROM pg_catalog.pg_class AS c, (VALUES ('SELECT'), ('INSERT'), ('UPDATE')) AS r (privilege)
      WHERE c.relnamespace = to_regnamespace(quote_ident(${db.schema})) AND c.relname = ANY (CAST(${tables} AS text[])) AND NOT has_table_privilege(c.oid, r.privilege)
      UNION ALL SELECT 'ownership of ' || quote_ident(c.relname) FROM pg_catalog.pg_class AS c
      WHERE c.relnamespace = to_regnamespace(quote_ident(${db.schema})) AND c.relname = ANY (CAST(${tables} AS text[])) AND NOT pg_has_role(c.relowner, 'USAGE')
      ORDER BY 1`,
  )
  return rows.map(row => row.missing)
}

/** Tables, views, indexes, sequences, functions and triggers of the schema, in a fixed order. */
export async function dumpSchema(db: Database): Promise<string> {
  const { schema } = db as PostgresDatabase
  const rows = await db.rows<{ definition: string }>(
    sql`WITH here AS (SELECT to_regnamespace(quote_ident(${schema})) AS oid),
      relations AS (SELECT c.* FROM pg_catalog.pg_class AS c JOIN here ON here.oid = c.relnamespace)
    SELECT definition FROM (
      SELECT 1 AS kind, c.relname AS of, '' AS name, 'CREATE TABLE ' || quote_ident(c.relname) || ' (' || coalesce((
          SELECT string_agg(E'\n    ' || quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
            || CASE WHEN a.attcollation <> t.typcollation THEN (SELECT ' COLLATE ' || quote_ident(o.collname) FROM pg_catalog.pg_collation AS o WHERE o.oid = a.attcollation) ELSE '' END
            || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
            || CASE WHEN a.attidentity <> '' THEN ' GENERATED ' || CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END || ' AS IDENTITY' ELSE '' END
            || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), ''), ',' ORDER BY a.attnum)
          FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
          LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '')
        || coalesce((SELECT string_agg(E',\n    ' || pg_get_constraintdef(k.oid), '' ORDER BY k.conname) FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = c.oid AND k.contype <> 'n'), '') || E'\n)' AS definition
      FROM relations AS c WHERE c.relkind IN ('r', 'p')
      UNION ALL SELECT 2, c.relname, '', 'CREATE VIEW ' || quote_ident(c.relname) || E' AS\n' || pg_get_viewdef(c.oid) FROM relations AS c WHERE c.relkind IN ('v', 'm')
      UNION ALL SELECT 3, c.relname, '', 'CREATE SEQUENCE ' || quote_ident(c.relname) || ' AS ' || format_type(s.seqtypid, NULL) FROM relations AS c JOIN pg_catalog.pg_sequence AS s ON s.seqrelid = c.oid
      UNION ALL SELECT 4, c.relname, x.relname, pg_get_indexdef(x.oid) FROM relations AS c JOIN pg_catalog.pg_index AS i ON i.indrelid = c.oid JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid
      UNION ALL SELECT 5, p.proname, '', pg_get_functiondef(p.oid) FROM pg_catalog.pg_proc AS p JOIN here ON here.oid = p.pronamespace WHERE p.prokind IN ('f', 'p')
      UNION ALL SELECT 6, c.relname, g.tgname, pg_get_triggerdef(g.oid) FROM relations AS c JOIN pg_catalog.pg_trigger AS g ON g.tgrelid = c.oid AND NOT g.tgisinternal
    ) AS objects ORDER BY kind, of COLLATE "C", name COLLATE "C"`,
  )
  return rows.map(row => `${row.definition.replace(/;?\s*$/, '')};\n`).join('\n')
}
