import type { WarningEvent } from '../events.ts'
import type { ImportMap } from './column-map.ts'

export interface ImportOptions {
  /** The folder of the extract. */
  readonly from: string
  /** Where rejected rows are written; `rejects-<time>.csv` in the current folder by default. */
  readonly rejects?: string | undefined
  /** Makes the Sales tables that are missing. */
  readonly create?: boolean | undefined
  /** Reads, validates and compares, and leaves the database as it is. */
  readonly dryRun?: boolean | undefined
  readonly map?: ImportMap | undefined
  /** For dates that are not ISO 8601, for instance `M/d/yyyy h:mm a`. */
  readonly dateFormat?: string | undefined
  /** Deletes rows that are not in the extract, from tables of which it has a file. */
  readonly deleteMissing?: boolean | undefined
  /** Files of so many bytes and more are read in threads of their own; 8 MB where nothing is said. */
  readonly besideFrom?: number | undefined
}

/** What became of a file. `rows` = inserted + updated + unchanged + rejected. */
export interface FileResult {
  readonly file: string
  /** Logical name. */
  readonly table: string
  readonly rows: number
  readonly inserted: number
  readonly updated: number
  readonly unchanged: number
  readonly rejected: number
  /** How many rows were rejected for each reason. */
  readonly rejectedByCode: Readonly<Record<string, number>>
  /** Rows of the table that the file does not have. */
  readonly deleted: number
  /** Rows that should have been deleted and that the database would not let go. */
  readonly undeleted: number
  /** Columns of the file that were left out because nobody knows them. */
  readonly unknownColumns: readonly string[]
}

/** The outcome of an import; after a dry run what it would have been. */
export interface ImportResult {
  readonly dryRun: boolean
  readonly files: readonly FileResult[]
  /** Logical names of tables that were made. */
  readonly created: readonly string[]
  /** The file of rejected rows; null where none was written. */
  readonly rejects: string | null
}

/** Whether there is something that a person should look at. */
export function hasFindings({ files }: ImportResult): boolean {
  return files.some(file => file.rejected > 0 || file.undeleted > 0)
}

export function warning(code: string, message: string): WarningEvent {
  return { type: 'warning', code, message }
}
