import type { Database, Query, Row } from './database/database.ts'

/** A truth: a query that must find nothing. Its name is the message, its rows are the proof. */
export interface Invariant {
  readonly name: string
  /** The rows that break it. */
  readonly query: Query
  /** Finds a row where this truth or one of its kin is broken, so that one scan asks them all. */
  readonly ofKin?: Query
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
  const broken = new Map<Query, boolean>()
  for (const { name, query, ofKin } of invariants) {
    if (ofKin) {
      const isBroken = broken.get(ofKin) ?? (await db.row(ofKin)) !== undefined
      broken.set(ofKin, isBroken)
      if (!isBroken) continue
    }
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
