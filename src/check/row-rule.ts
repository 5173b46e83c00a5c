import type { Sql } from '../domain/sql.ts'
import type { Severity } from './finding.ts'
import type { Subject } from './subject.ts'

/** A rule that each row either keeps or breaks. All rules on a table are asked in one scan of it. */
export interface RowRule {
  readonly code: string
  readonly severity: Severity
  /** Where to look; a table without the columns that are needed is left out. */
  readonly cases: (subject: Subject) => readonly RowCase[]
  readonly what: (count: number) => string
  readonly next: string
}

export interface RowCase {
  /** Logical name. */
  readonly table: string
  /** Whether the row called `r` breaks the rule. */
  readonly broken: Sql
  /** What an example shows beside the row's key and name. */
  readonly shown?: Sql
}

/** A case in a list, where the table has the columns that it needs. */
export function caseWhere(
  subject: Subject,
  table: string,
  columns: readonly string[],
  make: () => Omit<RowCase, 'table'>,
): RowCase[] {
  return subject.has(table, ...columns) ? [{ table, ...make() }] : []
}
