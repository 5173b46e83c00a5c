import type { AuditFile } from './audit-file.ts'
import { accounts } from './files/accounts.ts'
import { changes } from './files/changes.ts'
import { contacts } from './files/contacts.ts'
import { runs } from './files/runs.ts'
import { sync } from './files/sync.ts'

/** The files of an audit, in the order in which they are written. */
export const auditFiles: readonly AuditFile[] = [contacts, accounts, changes, sync, runs]
