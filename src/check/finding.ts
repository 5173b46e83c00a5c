/** `blocking`: the upgrade does not begin, unless the code is accepted. */
export type Severity = 'blocking' | 'warning'

/** What `check` has to say about a database: one for each code. */
export interface Finding {
  readonly code: string
  readonly severity: Severity
  /** How many rows, tables, columns or triggers are concerned. Exact. */
  readonly count: number
  /** Up to ten of them: for a row its key, and its name where it has one. */
  readonly examples: readonly string[]
  /** What was found, and why it matters. */
  readonly what: string
  /** What to do about it. */
  readonly next: string
}

/** How many examples a finding shows. */
export const shownExamples = 10
