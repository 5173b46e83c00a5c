import { countOf, join, raw, sql } from '../domain/sql.ts'
import { examplesOf } from './examples.ts'
import { shownExamples, type Finding } from './finding.ts'
import type { RowCase, RowRule } from './row-rule.ts'
import type { Subject } from './subject.ts'

/** Asks all rules of each table in one scan of it, and looks for examples where one is broken. */
export async function findBrokenRows(
  subject: Subject,
  rules: readonly RowRule[],
): Promise<Finding[]> {
  const cases = rules.flatMap(rule => rule.cases(subject).map(row => ({ rule, row })))
  const counts = new Map<RowCase, number>()
  for (const table of new Set(cases.map(({ row }) => row.table))) {
    const here = cases.map(({ row }) => row).filter(row => row.table === table)
    const broken = await countBroken(subject, table, here)
    for (const [i, row] of here.entries()) counts.set(row, broken[i] ?? 0)
  }
  const findings: Finding[] = []
  for (const rule of rules) {
    const broken = cases
      .filter(each => each.rule === rule && (counts.get(each.row) ?? 0) > 0)
      .map(({ row }) => row)
    if (broken.length > 0) findings.push(await tell(subject, rule, broken, counts))
  }
  return findings
}

async function countBroken(
  { db }: Subject,
  table: string,
  cases: readonly RowCase[],
): Promise<number[]> {
  const sums = cases.map(({ broken }, i) => sql`${countOf(broken)} AS ${raw(`n${i}`)}`)
  const row = await db.row<Record<string, number>>(
    sql`SELECT ${join(sums, ', ')} FROM ${db.names.table(table)} AS r`,
  )
  return cases.map((_, i) => Number(row?.[`n${i}`] ?? 0))
}

async function tell(
  subject: Subject,
  rule: RowRule,
  broken: readonly RowCase[],
  counts: ReadonlyMap<RowCase, number>,
): Promise<Finding> {
  const examples: string[] = []
  for (const { table, broken: condition, shown } of broken)
    if (examples.length < shownExamples)
      examples.push(...(await examplesOf(subject, table, condition, shown)))
  const count = broken.reduce((sum, row) => sum + (counts.get(row) ?? 0), 0)
  return {
    code: rule.code,
    severity: rule.severity,
    count,
    examples: examples.slice(0, shownExamples),
    what: rule.what(count),
    next: rule.next,
  }
}
