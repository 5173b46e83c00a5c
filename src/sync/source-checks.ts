import type { Database } from '../database/database.ts'
import { identifier, literal, raw, sql } from '../domain/sql.ts'
import { readsSales, type Check } from './compile.ts'
import { companyAttributes } from './lookup-tables.ts'
import { packed, quoted } from './problem.ts'
import type { Project, ProjectLeg } from './project.ts'
import { accounts } from './templates/accounts.ts'
import { templates } from './templates/all.ts'
import type { Template } from './template.ts'
import { numberOf } from './selection.ts'

/** What a row of Sales called `s` must be so that it can become a record of its own. */
export function sourceChecks(db: Database, project: Project, leg: ProjectLeg): Check[] {
  if (!readsSales(leg)) return []
  return [duplicate(db, leg), ...takenByOthers(db, project, leg), ...account(db, leg)]
}

function duplicate(db: Database, leg: ProjectLeg): Check {
  const number = numberOf(db, leg)
  const rows = sql`(SELECT d.rows FROM p2c_sync_duplicate AS d WHERE d.key = ${number})`
  const message = sql`${literal(`${db.names.columnName(leg.number)} `)} || ${quoted(number)} || ' stands on ' || ${rows} || ${literal(` ${leg.source}s`)}`
  return {
    when: sql`EXISTS (SELECT 1 FROM p2c_sync_duplicate AS d WHERE d.key = ${number})`,
    problem: packed(leg.source === 'account' ? 'ACCOUNT_NUMBER_DUPLICATE' : 'KEY_TAKEN', message),
  }
}

/** Other templates whose records have keys among those of a leg that reads Sales. */
export function sharingKeys(task: string, leg: ProjectLeg): Template[] {
  return templates.filter(other => other.task !== task && other.legs[0].target === leg.target)
}

/** Organizations and persons share an entity of CDS, and customers share their accounts. */
function takenByOthers(db: Database, project: Project, leg: ProjectLeg): Check[] {
  const number = numberOf(db, leg)
  return sharingKeys(project.task, leg).map(other => ({
    when: sql`EXISTS (SELECT 1 FROM p2c_sync_record AS o WHERE o.task = ${literal(other.task)} AND o.key = ${number})`,
    problem: packed(
      'KEY_TAKEN',
      sql`${literal(`${db.names.columnName(leg.number)} `)} || ${quoted(number)} || ${literal(` is the key of a record of the task ${other.task}`)}`,
    ),
  }))
}

/** The account under which a contact sits, a row of p2c_sync_account called `p`. */
function account(db: Database, leg: ProjectLeg): Check[] {
  if (companyAttributes(leg).length === 0) return []
  const number = accounts.legs[0].number
  const value = sql`p.${identifier(number)}`
  const parent = quoted(db.names.column('parentcustomerid', 's'))
  const name = db.names.columnName(number)
  return [
    {
      when: raw('p.guid IS NULL'),
      problem: packed(
        'ACCOUNT_MISSING',
        sql`'parentcustomerid is the id of no account: ' || ${parent}`,
      ),
    },
    {
      when: db.rules.hasNoNumber(value),
      problem: packed(
        'ACCOUNT_MISSING',
        sql`'the account ' || ${parent} || ${literal(` has no ${name}`)}`,
      ),
    },
    {
      when: raw('p.is_rejected = 1'),
      problem: packed(
        'ACCOUNT_REJECTED',
        sql`${literal(`the account with ${name} `)} || ${quoted(value)} || ' was rejected itself'`,
      ),
    },
  ]
}
