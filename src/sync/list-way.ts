import type { Database } from '../database/database.ts'
import { all, sql, type Sql } from '../domain/sql.ts'
import type { Stretch, Way } from './walk.ts'

/**
 * The way through a list that has so many rows, by their positions.
 *
 * @param after a key behind which all its rows are
 */
export function wayThroughList(list: Sql, after: string, length: number): Way {
  interface Place {
    readonly position: number | null
    readonly key: string
  }
  const from = sql`${list} AS w`
  /** The position of the last row of each key that a stretch ended with. */
  const positions = new Map([[after, 0]])
  const one = (db: Database, query: Sql) => db.row<Place>(query)
  const positionIn = (row: Place | undefined) => Number(row?.position ?? 0)
  const positionOf = async (db: Database, key: string) => {
    const position =
      positions.get(key) ??
      positionIn(
        await one(db, sql`SELECT max(position) AS position FROM ${list} WHERE key <= ${key}`),
      )
    positions.set(key, position)
    return position
  }

  const stretch = async (
    db: Database,
    after: string,
    position: number,
  ): Promise<Stretch | undefined> => {
    const before = await positionOf(db, after)
    const end = await one(
      db,
      sql`SELECT position, key FROM ${list} WHERE position > ${before} AND position <= ${position} ORDER BY position DESC LIMIT 1`,
    )
    if (!end) return undefined
    const beyond = await one(
      db,
      sql`SELECT position, key FROM ${list} WHERE position > ${positionIn(end)} AND key <> ${end.key} ORDER BY position LIMIT 1`,
    )
    const last = beyond ? positionIn(beyond) - 1 : length
    positions.set(end.key, last)
    const within = sql`(w.position > ${before} AND w.position <= ${last})`
    return { after, last: end.key, rows: last - before, from, within, sourceWithin: all([]) }
  }
  return {
    next: async (db, after, rows) => stretch(db, after, (await positionOf(db, after)) + rows),
    halve: async (db, { after, last, rows }) => {
      const middle = (await positionOf(db, after)) + Math.floor(rows / 2)
      const first = await stretch(db, after, middle)
      if (!first || first.last === last) return null
      const second = await stretch(db, first.last, await positionOf(db, last))
      return second ? [first, second] : null
    },
  }
}
