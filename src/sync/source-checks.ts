import type { Database } from '../database/database.ts'
import { salesTable } from '../domain/sales.ts'
import { literal, sql, type Sql } from '../domain/sql.ts'
import { readsSales, type Check } from './compile.ts'
import { packed, quoted } from './problem.ts'
import type { Project, ProjectLeg } from './project.ts'
import { accounts } from './templates/accounts.ts'
import { templates } from './templates/all.ts'
import { numberOf } from './walk.ts'

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

/** Organizations and persons share an entity of CDS, and customers share their accounts. */
function takenByOthers(db: Database, project: Project, leg: ProjectLeg): Check[] {
  const number = numberOf(db, leg)
  return templates
    .filter(other => other.task !== project.task && other.legs[0].target === leg.target)
    .map(other => ({
      when: sql`EXISTS (SELECT 1 FROM p2c_sync_record AS o WHERE o.task = ${literal(other.task)} AND o.key = ${number})`,
      problem: packed(
        'KEY_TAKEN',
        sql`${literal(`${db.names.columnName(leg.number)} `)} || ${quoted(number)} || ${literal(` is the key of a record of the task ${other.task}`)}`,
      ),
    }))
}

/** The account under which a contact sits, joined as `p`. */
function account(db: Database, leg: ProjectLeg): Check[] {
  if (!leg.maps.some(({ from }) => from.some(column => column.startsWith('parentcustomerid.'))))
    return []
  const { names, rules } = db
  const key = names.column(salesTable('account').key, 'p')
  const number = names.column(accounts.legs[0].number, 'p')
  const parent = names.column('parentcustomerid', 's')
  const missing = (what: Sql) => packed('ACCOUNT_MISSING', what)
  return [
    {
      when: sql`${key} IS NULL`,
      problem: missing(sql`'parentcustomerid is the id of no account: ' || ${quoted(parent)}`),
    },
    {
      when: rules.hasNoNumber(number),
      problem: missing(
        sql`'the account ' || ${quoted(parent)} || ${literal(` has no ${names.columnName(accounts.legs[0].number)}`)}`,
      ),
    },
    {
      when: sql`EXISTS (SELECT 1 FROM p2c_sync_reject AS j WHERE j.task = ${literal(accounts.task)} AND j.leg IN ('source-cds', 'cds-destination') AND j.source_id = ${rules.guid(key)})`,
      problem: packed(
        'ACCOUNT_REJECTED',
        sql`${literal(`the account with ${names.columnName(accounts.legs[0].number)} `)} || ${quoted(number)} || ' was rejected itself'`,
      ),
    },
  ]
}
