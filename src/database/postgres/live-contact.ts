import { field } from '../../domain/names.ts'
import { empty, join, raw, sql, type Sql } from '../../domain/sql.ts'
import type { LiveNumber, SchemaObject } from '../dialect.ts'
import { isAwaited, keepMeetingPlace } from './awaited.ts'
import { givingNumber } from './live-number.ts'
import type { PostgresDatabase } from './open.ts'
import { of, trigger, waitForAccounts } from './trigger.ts'

/**
 * Number and flags of a contact that comes, and the flags of one whose key or company changes; in
 * the same row version.
 *
 * @param live the contact's number; undefined where triggers give none
 */
export function contactObjects(db: PostgresDatabase, live: LiveNumber | undefined): SchemaObject[] {
  return [...newContact(db, live), ...movedContact(db)]
}

/**
 * One trigger for all, and as few statements and expressions as can be: what each needs before it begins, anew in every
 * transaction, costs an insert more than what is done in it. Who writes a number down has thereby met the documents that come at the same time;
 * only a contact that is awaited, is there already, brings its number, or had one looks for documents.
 */
function newContact(db: PostgresDatabase, live: LiveNumber | undefined): SchemaObject[] {
  const { active, isActive, setCompany } = flagsOf(db)
  const id = db.rules.guid(of('new', db.names.column('contactid')))
  const looksUp = raw('p2c_looks_up')
  const giving =
    live &&
    givingNumber(db, live, {
      also: { is: isAwaited(id), into: looksUp },
      otherwise: keepMeetingPlace('contacts'),
    })
  return trigger(
    db,
    'p2c_contact_number',
    db.names.table('contact'),
    sql`BEFORE INSERT`,
    sql`FOR EACH ROW`,
    sql`DECLARE
  ${looksUp} boolean;${giving?.declared ?? empty}
BEGIN
  ${giving?.give ?? keepMeetingPlace('contacts')}
  ${setCompany}
  IF ${looksUp} IS NOT FALSE THEN
    ${active} := ${isActive};
  ELSE
    ${active} := ${db.dialect.flag(false)};
  END IF;
  RETURN new;
END`,
  )
}

function movedContact(db: PostgresDatabase): SchemaObject[] {
  const { names } = db
  const key = names.column('contactid')
  const columns = [key, names.column('parentcustomerid'), names.column('parentcustomeridtype')]
  const changes = (column: Sql) => sql`${of('new', column)} IS DISTINCT FROM ${of('old', column)}`
  const { active, isActive, setCompany } = flagsOf(db)
  return trigger(
    db,
    'p2c_contact_moved',
    names.table('contact'),
    sql`BEFORE UPDATE OF ${join(columns, ', ')}`,
    sql`FOR EACH ROW WHEN (${join(columns.map(changes), ' OR ')})`,
    sql`BEGIN
  IF ${changes(key)} THEN
    ${keepMeetingPlace('contacts')}
  END IF;
  ${setCompany}
  ${active} := ${isActive};
  RETURN new;
END`,
  )
}

/** What sets the flags of the row that fired a trigger. */
interface Flags {
  readonly active: Sql
  readonly isActive: Sql
  /** Sets the other flag, and keeps the company's account, if it has one, until the transaction ends. */
  readonly setCompany: Sql
}

function flagsOf(db: PostgresDatabase): Flags {
  const { names, rules } = db
  const parent = of('new', names.column('parentcustomerid'))
  const company = of('new', names.column(field.isCompanyAnAccount))
  const isParent = rules.hasGuid('account', 'p', rules.guid(parent))
  // Nobody deletes the account from here on before this contact is to be seen. A foreign key does the same.
  const keepAccount = sql`PERFORM 1 FROM ${names.table('account')} AS p WHERE ${isParent} FOR KEY SHARE;`
  return {
    active: of('new', names.column(field.isActiveCustomer)),
    isActive: rules.isActive(of('new', names.column('contactid'))),
    // Without a company there is nothing to look up, and then nothing is to be prepared for it.
    setCompany: sql`IF ${parent} IS NULL THEN
    ${company} := ${db.dialect.flag(false)};
  ELSE
    IF ${rules.isUntyped('new')} THEN
      ${keepAccount}
      IF NOT FOUND THEN
        ${waitForAccounts(db, false)}
        ${keepAccount}
      END IF;
    END IF;
    ${company} := ${rules.isCompanyAnAccount('new')};
  END IF;`,
  }
}
