import type { Database } from '../database/database.ts'
import type { Sql } from '../domain/sql.ts'

/** One file of the audit: what stands in it, as data. */
export interface AuditFile {
  /** Without ending: `contacts`. */
  readonly name: string
  readonly columns: readonly string[]
  /** The columns of which p2c made every value, so that no field of theirs needs quotes. */
  readonly plain: ReadonlySet<string>
  /** The columns by which lines are ordered, and by which two exports are compared. */
  readonly key: readonly string[]
  /**
   * What is written one after another, so that the lines are in the order of the key; none where
   * there is nothing to ask, and the file has no lines.
   */
  readonly parts: (db: Database) => Promise<readonly Part[]>
}

/** Lines of a file that come from one query. */
export interface Part {
  /** The query, in no order. */
  readonly rows: Sql
  /** The columns of the query by whose bytes its rows are ordered. */
  readonly order: readonly string[]
  /** The lines that each row gives, in this order. */
  readonly lines: readonly Line[]
}

/** The line that a row gives. */
export interface Line {
  /** Whether the row gives it at all; null: always. */
  readonly when: Sql | null
  /** The value of a column of the file, as an expression over the row. */
  readonly valueOf: (column: string) => Sql
}
