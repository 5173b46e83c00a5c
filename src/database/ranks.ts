import type { Sql } from '../domain/sql.ts'
import type { NumberFormat } from '../numbering/format.ts'

/** The rows that are ranked. */
export interface RankedRows {
  /** What the rank of a row is known by: its rowid, or its key. */
  readonly place: Sql
  readonly areRowids: boolean
  /** The type of the place. */
  readonly type: Sql
  /** What stands behind FROM, conditions included. Binds nothing. */
  readonly from: Sql
  /** Terms of ORDER BY. */
  readonly order: Sql
}

/** The rank of each row, 1, 2, 3 …, by the place of the row. */
export interface Ranks {
  readonly count: number
  /** What must be joined to a query over places, for `numberOf`. */
  joinAt(place: Sql): Sql
  /**
   * The text of the number of the row in a place: the first rank has the number `first`. NULL where
   * no ranked row has this place.
   */
  numberOf(format: NumberFormat, first: number, place: Sql): Sql
  /** Lets go of what it takes. */
  forget(): Promise<void>
}
