import { sql } from '../../domain/sql.ts'
import type { Sample } from '../dialect.ts'
import type { PostgresDatabase } from './open.ts'

/** Rows that were written together lie together: so it is the pages that count, and not the rows. */
const sampledPages = 1_000

/** A table as it lies on the disk. */
export interface Pages {
  readonly count: number
  readonly bytesOfOne: number
}

/** The pages of a table; null where there is no table of this name. */
export async function pagesOf(db: PostgresDatabase, table: string): Promise<Pages | null> {
  const found = await db.row<{ pages: string; page: number }>(
    sql`SELECT pg_relation_size(c.oid) / b.page AS pages, b.page
      FROM pg_catalog.pg_class AS c, (SELECT CAST(current_setting('block_size') AS integer) AS page) AS b
      WHERE c.relnamespace = to_regnamespace(quote_ident(${db.schema})) AND c.relname = ${table} AND c.relkind = 'r'`,
  )
  return found ? { count: Number(found.pages), bytesOfOne: found.page } : null
}

/** About so many of the pages of a table, or all of them where there are no more. */
export function someOf({ count }: Pages, wanted: number): Sample {
  const share = Math.min(1, wanted / Math.max(1, count))
  return { clause: sql`TABLESAMPLE SYSTEM (${100 * share})`, share }
}

/** See Dialect.sampleOf. */
export async function sampleOf(db: PostgresDatabase, table: string): Promise<Sample | null> {
  const pages = await pagesOf(db, table)
  return pages && someOf(pages, sampledPages)
}
