import type { Database } from '../database/database.ts'
import { findBrokenRows } from './broken-rows.ts'
import type { Finding, Severity } from './finding.ts'
import type { RowRule } from './row-rule.ts'
import type { Rule } from './rule.ts'
import { rules, rowRules } from './rules.ts'
import { allColumns, subjectOf, type PendingColumns } from './subject.ts'

export interface CheckOptions {
  /** What the upgrade is still going to write; all of its columns where nothing is said. */
  readonly pendingColumns?: PendingColumns
  /** Blocking findings alone are quicker to have: nothing is looked up across tables. */
  readonly only?: Severity
  /** Rules beside those that are always asked. */
  readonly also?: { readonly rules?: readonly Rule[]; readonly rowRules?: readonly RowRule[] }
}

/**
 * Whether this database is ready for the upgrade: what was found, the blocking first. It only
 * reads, and stays silent about what p2c itself did. An empty list: ready, nothing to remark.
 */
export async function check(
  db: Database,
  { pendingColumns = allColumns, only, also = {} }: CheckOptions = {},
): Promise<Finding[]> {
  const subject = await subjectOf(db, pendingColumns)
  const isAsked = ({ severity }: { severity: Severity }) => only === undefined || severity === only
  const findings: Finding[] = []
  for (const rule of [...rules, ...(also.rules ?? [])].filter(isAsked))
    findings.push(...(await rule.find(subject)))
  const onRows = [...rowRules, ...(also.rowRules ?? [])].filter(isAsked)
  findings.push(...(await findBrokenRows(subject, onRows)))
  const isBlocking = (finding: Finding) => finding.severity === 'blocking'
  return [...findings.filter(isBlocking), ...findings.filter(finding => !isBlocking(finding))]
}
