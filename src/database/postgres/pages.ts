import { identifier, sql } from '../../domain/sql.ts'
import type { PostgresDatabase } from './open.ts'
import { pagesOf, someOf } from './sample.ts'

/** So many pages tell how full all of them are. */
const sampledPages = 200

/** See Dialect.pagesTaken. */
export async function pagesTaken(
  db: PostgresDatabase,
  table: string,
): Promise<{ share: number; bytes: number } | null> {
  const all = await pagesOf(db, table)
  if (!all) return null
  // A row as a value is as large as in its page, but for the pointer to it.
  const sample = await db.row<{ taken: string | null; pages: string }>(
    sql`SELECT sum(pg_column_size(r) + 4) AS taken, count(DISTINCT (CAST(CAST(r.ctid AS text) AS point))[0]) AS pages
      FROM ${identifier(table)} AS r ${someOf(all, sampledPages).clause}`,
  )
  const pages = Number(sample?.pages ?? 0)
  const share = pages === 0 ? 0 : Number(sample?.taken) / (pages * all.bytesOfOne)
  return { share: Math.min(1, share), bytes: all.count * all.bytesOfOne }
}
