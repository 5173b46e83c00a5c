import type { Database } from '../database/database.ts'
import type { Sql } from '../domain/sql.ts'

/** One file of the audit: what stands in it, as data. */
export interface AuditFile {
  /** Without ending: `contacts`. */
  readonly name: string
  readonly columns: readonly string[]
  /** The columns by which rows are ordered, and by which two exports are compared. */
  readonly key: readonly string[]
  /**
   * The rows, with these columns in this order, ordered by the key as `orderBy` does it; null
   * where there is nothing to ask, and the file has no rows.
   */
  readonly query: (db: Database) => Promise<Sql | null>
}
