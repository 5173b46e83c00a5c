import type Driver from 'better-sqlite3'
import { join, raw, sql, type Sql } from '../../domain/sql.ts'
import type { CountedInsert, Insertion } from '../dialect.ts'
import type { SqliteDatabase } from './open.ts'

/** What the function p2c_count of a connection has counted, by the place of the condition. */
const tallies = new WeakMap<Driver.Database, number[]>()

/**
 * Counts while the rows go in. The function that counts gives NULL, so that what it is wrapped
 * around stays what it is; CASE and coalesce() are promised to ask nothing before its turn.
 */
export async function insertCounting(
  db: SqliteDatabase,
  { into, columns, from }: Insertion,
  conditions: readonly Sql[],
): Promise<CountedInsert> {
  const tally = tallyOf(db.handle)
  tally.splice(0, tally.length, ...conditions.map(() => 0))
  const counting = conditions.map(
    (is, i) => sql`CASE WHEN ${is} THEN p2c_count(${raw(String(i))}) END`,
  )
  const values = columns.map(({ value }, i) =>
    i > 0 || conditions.length === 0 ? value : sql`coalesce(${join([...counting, value])})`,
  )
  const inserted = await db.change(
    sql`INSERT INTO ${into} (${join(columns.map(({ name }) => name))}) SELECT ${join(values)} ${from}`,
  )
  return { inserted, counts: [...tally] }
}

function tallyOf(handle: Driver.Database): number[] {
  const known = tallies.get(handle)
  if (known) return known
  const tally: number[] = []
  tallies.set(handle, tally)
  handle.function('p2c_count', { deterministic: false }, place => {
    tally[Number(place)] = (tally[Number(place)] ?? 0) + 1
    return null
  })
  return tally
}
