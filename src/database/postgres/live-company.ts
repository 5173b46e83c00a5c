import { field } from '../../domain/names.ts'
import { sql } from '../../domain/sql.ts'
import type { SchemaObject } from '../dialect.ts'
import type { PostgresDatabase } from './open.ts'
import { of, plpgsql, trigger, waitForAccounts } from './trigger.ts'

/** Accounts that come and go, for contacts whose company has no type. */
export function companyObjects(db: PostgresDatabase): SchemaObject[] {
  const { names, rules } = db
  const account = names.table('account')
  const key = names.column('accountid')
  const parent = names.column('parentcustomerid', 'c')
  const flag = names.column(field.isCompanyAnAccount)
  const isConcerned = sql`${rules.guid(parent)} = i.id AND ${parent} IS NOT NULL AND ${rules.isUntyped('c')}`
  const should = rules.isCompanyAnAccount('c')
  const lockContacts = sql`PERFORM 1 FROM unnest(ids) AS i (id) JOIN ${names.table('contact')} AS c ON ${isConcerned} ORDER BY ${names.column('contactid', 'c')} FOR NO KEY UPDATE OF c;`
  // Contacts that are moved hold their own lock when they wait for accounts: so theirs comes first.
  const changed = plpgsql(
    db,
    'p2c_companies_changed',
    'ids text[]',
    'void',
    sql`BEGIN
  ${lockContacts}
  ${waitForAccounts(db, true)}
  ${lockContacts}
  UPDATE ${names.table('contact')} AS c SET ${flag} = ${should} FROM unnest(ids) AS i (id)
    WHERE ${isConcerned} AND ${names.column(field.isCompanyAnAccount, 'c')} IS DISTINCT FROM ${should};
END`,
  )
  const statement = (verb: 'inserted' | 'deleted') =>
    trigger(
      db,
      `p2c_account_${verb}`,
      account,
      verb === 'inserted' ? sql`AFTER INSERT` : sql`AFTER DELETE`,
      verb === 'inserted'
        ? sql`REFERENCING NEW TABLE AS accounts FOR EACH STATEMENT`
        : sql`REFERENCING OLD TABLE AS accounts FOR EACH STATEMENT`,
      sql`BEGIN
  PERFORM p2c_companies_changed(ARRAY(SELECT ${rules.guid(sql`a.${key}`)} FROM accounts AS a));
  RETURN NULL;
END`,
    )
  const moved = trigger(
    db,
    'p2c_account_moved',
    account,
    sql`AFTER UPDATE OF ${key}`,
    sql`FOR EACH ROW WHEN (${of('new', key)} IS DISTINCT FROM ${of('old', key)})`,
    sql`BEGIN
  PERFORM p2c_companies_changed(ARRAY[${rules.guid(of('old', key))}, ${rules.guid(of('new', key))}]);
  RETURN NULL;
END`,
  )
  return [changed, ...statement('inserted'), ...statement('deleted'), ...moved]
}
