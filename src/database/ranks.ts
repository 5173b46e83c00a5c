import { raw, sql, textOf, type Sql } from '../domain/sql.ts'
import type { NumberFormat } from '../numbering/format.ts'
import type { Database } from './database.ts'

/** The rank of each row of a query, 1, 2, 3 …, by the place of the row. */
export interface Ranks {
  readonly count: number
  /** What must be joined to a query over places, for `numberOf`. */
  joinAt(place: Sql): Sql
  /**
   * The text of the number of the row in a place: the first rank has the number `first`. NULL where
   * the query did not give this place.
   */
  numberOf(format: NumberFormat, first: number, place: Sql): Sql
  /** Lets go of what it takes. */
  forget(): Promise<void>
}

/** Ranks in temporary tables: p2c_order by ordinal, p2c_rank the same by place. */
export async function ranksInTables(db: Database, places: Sql, type: Sql): Promise<Ranks> {
  await db.script(
    [
      sql`CREATE TEMPORARY TABLE p2c_order (ordinal ${db.dialect.countingKey}, place ${type} NOT NULL)`,
      // Without its type the place would compare as another type, and no look-up would use the key.
      sql`CREATE TEMPORARY TABLE p2c_rank (place ${type} NOT NULL PRIMARY KEY, ordinal integer NOT NULL)`,
    ]
      .map(textOf)
      .join(';\n'),
  )
  await db.change(sql`INSERT INTO p2c_order (place) ${places}`)
  const count = await db.change(
    sql`INSERT INTO p2c_rank SELECT place, ordinal FROM p2c_order ORDER BY place`,
  )
  await db.dialect.renewStatistics(db, raw('p2c_rank'))
  return {
    count,
    joinAt: place => sql`LEFT JOIN p2c_rank AS k ON k.place = ${place}`,
    numberOf: (format, first) => db.dialect.numberText(db, format, sql`${first - 1} + k.ordinal`),
    forget: () => db.script('DROP TABLE p2c_order; DROP TABLE p2c_rank'),
  }
}
