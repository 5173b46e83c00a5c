import type { Database } from '../database/database.ts'
import type { ListedColumn } from '../database/dialect.ts'
import type { Sql } from '../domain/sql.ts'

/** What a leg goes through, before it is divided. */
export interface Ground {
  /** Keys that divide it into parts of about the same length, as many as so many workers are worth. */
  bounds(workers: number): Promise<string[]>
  /**
   * Goes through it in these parts; where they are listed first, each of the connections lists some.
   *
   * @param ready what lists the whole of it already, if anything does
   */
  walk(
    connections: readonly Database[],
    parts: readonly KeyRange[],
    ready: ReadyList | null,
  ): Promise<Walk>
}

/** A list that stands where `listOf` has that of the first part. */
export interface ReadyList {
  readonly length: number
  /** The database's mark of the moment before it was made, see Dialect.salesMark. */
  readonly mark: number
}

/** Rows that share a key are never parted. */
export interface KeyRange {
  /** Its rows have keys behind this one. */
  readonly after: string
  /** Up to and with this key; null: to the end. */
  readonly last: string | null
}

/** What is not divided. */
export const everything: KeyRange = { after: '', last: null }

/**
 * How the rows of a leg are gone through: in the order of the target's key, so that a batch
 * touches few pages of it.
 */
export interface Walk {
  /** What is joined to what a stretch is of, to read a row, called `s`. */
  readonly join: Sql
  /** How many rows there are in all parts. */
  readonly length: number
  /**
   * Whether the lists still have what was observed of each row when it was listed; to be asked inside a
   * transaction.
   */
  isObserved(db: Database): Promise<boolean>
  /** One for each part, in their order. */
  readonly ways: readonly Way[]
}

/** The way through one part. */
export interface Way {
  /** The next stretch of about `rows` rows behind a key; undefined where nothing is left. */
  next(db: Database, after: string, rows: number): Promise<Stretch | undefined>
  /** The two halves of a stretch; null where it has one key only. */
  halve(db: Database, stretch: Stretch): Promise<readonly [Stretch, Stretch] | null>
}

/** What can be found out about the row called `s`, as columns for all rows that are listed. */
export interface Observation {
  /** What must be joined for it. */
  readonly joins: Sql
  readonly columns: readonly ListedColumn[]
}

/** A stretch of a walk: all rows with keys behind `after`, up to and with `last`. */
export interface Stretch {
  readonly after: string
  readonly last: string
  readonly rows: number
  /** What is walked, called `w`: narrow, with the columns `key` and `source_id`. */
  readonly from: Sql
  /** Whether a row of `from` lies in it. */
  readonly within: Sql
  /**
   * The same of the row called `s`, where it is joined by the key: no planner concludes it, and one
   * would rather go through the whole source than look up each row of a stretch.
   */
  readonly sourceWithin: Sql
}
