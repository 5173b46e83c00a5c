import { identifier, sql } from '../../domain/sql.ts'
import type { PostgresDatabase } from './open.ts'

/** So many pages tell how full all of them are. */
const sampledPages = 200

/** See Dialect.pagesTaken. */
export async function pagesTaken(
  db: PostgresDatabase,
  table: string,
): Promise<{ share: number; bytes: number } | null> {
  const size = await db.row<{ bytes: string; pages: string; page: number }>(
    sql`SELECT pg_relation_size(c.oid) AS bytes, greatest(1, pg_relation_size(c.oid) / b.page) AS pages, b.page
      FROM pg_catalog.pg_class AS c, (SELECT CAST(current_setting('block_size') AS integer) AS page) AS b
      WHERE c.relnamespace = to_regnamespace(quote_ident(${db.schema})) AND c.relname = ${table} AND c.relkind = 'r'`,
  )
  if (!size) return null
  const percent = Math.min(100, (100 * sampledPages) / Number(size.pages))
  // A row as a value is as large as in its page, but for the pointer to it.
  const sample = await db.row<{ taken: string | null; pages: string }>(
    sql`SELECT sum(pg_column_size(r) + 4) AS taken, count(DISTINCT (CAST(CAST(r.ctid AS text) AS point))[0]) AS pages
      FROM ${identifier(table)} AS r TABLESAMPLE SYSTEM (${percent})`,
  )
  const pages = Number(sample?.pages ?? 0)
  const share = pages === 0 ? 0 : Number(sample?.taken) / (pages * size.page)
  return { share: Math.min(1, share), bytes: Number(size.bytes) }
}
