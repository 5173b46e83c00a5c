import { field } from '../../domain/names.ts'
import { sql } from '../../domain/sql.ts'
import type { SchemaObject } from '../dialect.ts'
import type { PostgresDatabase } from './open.ts'
import { of, trigger, waitFor } from './trigger.ts'

/** Both flags of a contact that comes, or whose key or company changes; in the same row version. */
export function contactObjects(db: PostgresDatabase): SchemaObject[] {
  const { names, rules } = db
  const contact = names.table('contact')
  const key = names.column('contactid')
  const parent = names.column('parentcustomerid')
  const type = names.column('parentcustomeridtype')
  const newParent = of('new', parent)
  const active = of('new', names.column(field.isActiveCustomer))
  const company = of('new', names.column(field.isCompanyAnAccount))
  const isParent = rules.hasGuid('account', 'p', rules.guid(newParent))
  // Nobody deletes the account from here on before this contact is to be seen. A foreign key does the same.
  const keepAccount = sql`PERFORM 1 FROM ${names.table('account')} AS p WHERE ${isParent} FOR KEY SHARE;`
  const flags = sql`IF ${newParent} IS NOT NULL AND ${rules.isUntyped('new')} THEN
    ${keepAccount}
    IF NOT FOUND THEN
      ${waitFor(db, 'accounts', false)}
      ${keepAccount}
    END IF;
  END IF;
  ${active} := ${rules.isActive(of('new', key))};
  ${company} := ${rules.isCompanyAnAccount('new')};`
  return [
    ...trigger(
      db,
      'p2c_contact_flags',
      contact,
      sql`BEFORE INSERT`,
      sql`FOR EACH ROW`,
      sql`BEGIN
  ${waitFor(db, 'contacts', true)}
  ${flags}
  RETURN new;
END`,
    ),
    ...trigger(
      db,
      'p2c_contact_moved',
      contact,
      sql`BEFORE UPDATE OF ${key}, ${parent}, ${type}`,
      sql`FOR EACH ROW WHEN (${sql`${of('new', key)} IS DISTINCT FROM ${of('old', key)} OR ${newParent} IS DISTINCT FROM ${of('old', parent)} OR ${of('new', type)} IS DISTINCT FROM ${of('old', type)}`})`,
      sql`BEGIN
  IF ${of('new', key)} IS DISTINCT FROM ${of('old', key)} THEN
    ${waitFor(db, 'contacts', true)}
  END IF;
  ${flags}
  RETURN new;
END`,
    ),
  ]
}
