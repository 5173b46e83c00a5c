import type { Finding, Severity } from './finding.ts'
import type { Subject } from './subject.ts'

/** A rule that asks questions of its own. It finds nothing where what it needs is not there. */
export interface Rule {
  readonly severity: Severity
  readonly find: (subject: Subject) => Promise<readonly Finding[]>
}
