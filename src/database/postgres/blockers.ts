import { setTimeout as wait } from 'node:timers/promises'
import { sql, type Sql } from '../../domain/sql.ts'
import type { Database } from '../database.ts'
import type { Touch } from './ddl.ts'

const shown = 3
const lookMillis = 1_000

/** Who holds locks on these tables that stand against these; the oldest first. null: nobody. */
export function holdersOf(db: Database, touches: readonly Touch[]): Promise<string | null> {
  const conflicts = touches.map(
    ({ table, mode }) =>
      [table, mode === 'ACCESS EXCLUSIVE' ? [] : ['AccessShareLock', 'RowShareLock']] as const,
  )
  const of = (table: string, harmless: readonly string[]) =>
    sql`SELECT l.pid FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_database AS d ON d.oid = l.database
      WHERE d.datname = current_database() AND l.relation = to_regclass(${table}) AND l.granted AND NOT (l.mode = ANY (CAST(${harmless} AS text[])))`
  const pids = conflicts.map(([table, harmless]) => of(table, harmless))
  return pids.length === 0 ? Promise.resolve(null) : told(db, union(pids))
}

/** Remembers who stands in the way of a statement that takes long, looking from outside. */
export async function watching<T>(
  db: Database,
  work: () => Promise<T>,
  saw: (blockers: string) => void,
): Promise<T> {
  const self = await db.row<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`)
  const end = new AbortController()
  const looking = look(db, self?.pid ?? 0, saw, end.signal)
  try {
    return await work()
  } finally {
    end.abort()
    await looking
  }
}

async function look(
  db: Database,
  pid: number,
  saw: (blockers: string) => void,
  end: AbortSignal,
): Promise<void> {
  const isOver = () => wait(lookMillis, false, { signal: end }).catch(() => true)
  if (await isOver()) return
  // Who cannot look is only told less.
  const other = await db.another().catch(() => undefined)
  if (!other) return
  try {
    do {
      const pids = sql`SELECT unnest(pg_blocking_pids(CAST(${pid} AS integer))) AS pid`
      const blockers = await told(other, pids)
      if (blockers !== null) saw(blockers)
    } while (!(await isOver()))
  } catch {
    // The work itself says what is wrong with the server.
  } finally {
    await other.close()
  }
}

function union(queries: readonly Sql[]): Sql {
  return queries.reduce((all, one) => sql`${all} UNION ${one}`)
}

async function told(db: Database, pids: Sql): Promise<string | null> {
  const rows = await db.rows<{
    pid: number | null
    program: string | null
    login: string | null
    since: string | null
    asked: string | null
    query: string | null
  }>(
    sql`SELECT h.pid, nullif(a.application_name, '') AS program, a.usename AS login, to_char(a.xact_start, 'YYYY-MM-DD HH24:MI:SS') AS since,
        to_char(a.query_start, 'HH24:MI:SS') AS asked, left(regexp_replace(a.query, '\\s+', ' ', 'g'), 60) AS query
      FROM (${pids}) AS h LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = h.pid
      WHERE h.pid IS DISTINCT FROM pg_backend_pid() ORDER BY a.xact_start NULLS LAST LIMIT ${shown}`,
  )
  if (rows.length === 0) return null
  return rows
    .map(({ pid, program, login, since, asked, query }) =>
      pid === null || pid === 0
        ? 'a prepared transaction (see pg_prepared_xacts)'
        : `process ${pid} (${program ?? 'a program without a name'}${login === null ? '' : ` of ${login}`}), ${since === null ? 'in no transaction' : `in a transaction since ${since} UTC`}${query === null ? '' : `, whose last query began at ${asked ?? '?'}: ${query}`}`,
    )
    .join('; ')
}
