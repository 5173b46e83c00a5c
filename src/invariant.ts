import type { Database, Query, Row } from './database/database.ts'

/** A truth: a query that must find nothing. Its name is the message, its rows are the proof. */
export interface Invariant {
  readonly name: string
  /** The rows that break it. */
  readonly query: Query
}

export interface Violation {
  readonly name: string
  readonly count: number
  /** Up to ten of the rows. */
  readonly examples: readonly Row[]
}

const shownExamples = 10

/** Asks each truth; returns those that do not hold. */
export async function violationsOf(
  db: Database,
  invariants: readonly Invariant[],
): Promise<Violation[]> {
  const violations: Violation[] = []
  for (const { name, query } of invariants) {
    const examples: Row[] = []
    let count = 0
    for await (const chunk of db.stream(query)) {
      count += chunk.length
      if (examples.length < shownExamples)
        examples.push(...chunk.slice(0, shownExamples - examples.length))
    }
    if (count > 0) violations.push({ name, count, examples })
  }
  return violations
}

/** Names each query; the form in which migrations and checks write their truths. */
export function invariants(truths: Readonly<Record<string, Query>>): Invariant[] {
  return Object.entries(truths).map(([name, query]) => ({ name, query }))
}
