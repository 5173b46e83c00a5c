import { field } from '../../domain/names.ts'
import type { ActivitySource } from '../../domain/rules.ts'
import { raw, sql, type Sql } from '../../domain/sql.ts'
import type { SchemaObject } from '../dialect.ts'
import { keepMeetingPlace, writeAwaited } from './awaited.ts'
import type { PostgresDatabase } from './open.ts'
import { plpgsql, trigger } from './trigger.ts'

/** Is Active Customer follows the documents, a statement at a time. */
export function activityObjects(db: PostgresDatabase): SchemaObject[] {
  return [activityChanged(db), ...db.rules.sources.flatMap(source => sourceTriggers(db, source))]
}

/**
 * Sets the flag of the contacts with these GUIDs. It locks them first, in the order of their keys,
 * so that two who write documents of the same contacts neither deadlock nor miss each other: the
 * statement behind the lock sees what the other has committed. Where a contact is missing it first
 * waits for those that are just being made; one that is missing still, or was deleted meanwhile,
 * is written down for when it comes.
 */
function activityChanged(db: PostgresDatabase): SchemaObject {
  const { names, rules } = db
  const contact = names.table('contact')
  const active = names.column(field.isActiveCustomer)
  const isOne = rules.hasGuid('contact', 'c', raw('i.id'))
  const should = rules.isActive(names.column('contactid', 'c'))
  const missing = sql`SELECT i.id FROM unnest(ids) AS i (id) WHERE NOT EXISTS (SELECT 1 FROM ${contact} AS c WHERE ${isOne})`
  return plpgsql(
    db,
    'p2c_activity_changed',
    'ids text[]',
    'void',
    sql`BEGIN
  IF EXISTS (${missing}) THEN
    ${keepMeetingPlace('documents')}
  END IF;
  PERFORM 1 FROM unnest(ids) AS i (id) JOIN ${contact} AS c ON ${isOne} ORDER BY ${names.column('contactid', 'c')} FOR NO KEY UPDATE OF c;
  IF EXISTS (${missing}) THEN
    ${keepMeetingPlace('documents')}
    ${writeAwaited(missing)};
  END IF;
  UPDATE ${contact} AS c SET ${active} = ${should} FROM unnest(ids) AS i (id)
    WHERE ${isOne} AND ${names.column(field.isActiveCustomer, 'c')} IS DISTINCT FROM ${should};
END`,
  )
}

function sourceTriggers(db: PostgresDatabase, source: ActivitySource): SchemaObject[] {
  const { names, rules } = db
  const { table } = source
  const on = names.table(table)
  const customers = (rows: string) =>
    sql`SELECT ${rules.guid(names.column(source.customer, 'd'))} FROM ${raw(rows)} AS d WHERE ${names.column(source.customer, 'd')} IS NOT NULL AND ${rules.mayBeContact(source, 'd')}`
  const tell = (ids: Sql) => sql`BEGIN
  ids := ARRAY(${ids});
  IF cardinality(ids) > 0 THEN PERFORM p2c_activity_changed(ids); END IF;
  RETURN NULL;
END`
  const declared = (body: Sql) => sql`DECLARE
  ids text[];
${body}`
  const rows = (name: string) =>
    sql`SELECT ${names.column(source.key, 'd')}, ${names.column(source.customer, 'd')}${source.customerType === null ? sql`` : sql`, ${names.column(source.customerType, 'd')}`} FROM ${raw(name)} AS d`
  // Customers of rows that are not the same before and after: an update of other columns has none.
  const moved = sql`SELECT DISTINCT u.id FROM (${customers(`(${rows('gone').sql} EXCEPT ALL ${rows('added').sql})`)} UNION ALL ${customers(`(${rows('added').sql} EXCEPT ALL ${rows('gone').sql})`)}) AS u (id)`
  const contact = names.table('contact')
  const active = names.column(field.isActiveCustomer)
  const should = rules.isActive(names.column('contactid', 'c'))
  return [
    ...trigger(
      db,
      `p2c_${table}_inserted`,
      on,
      sql`AFTER INSERT`,
      sql`REFERENCING NEW TABLE AS added FOR EACH STATEMENT`,
      declared(tell(sql`SELECT DISTINCT u.id FROM (${customers('added')}) AS u (id)`)),
    ),
    ...trigger(
      db,
      `p2c_${table}_deleted`,
      on,
      sql`AFTER DELETE`,
      sql`REFERENCING OLD TABLE AS gone FOR EACH STATEMENT`,
      declared(tell(sql`SELECT DISTINCT u.id FROM (${customers('gone')}) AS u (id)`)),
    ),
    ...trigger(
      db,
      `p2c_${table}_moved`,
      on,
      sql`AFTER UPDATE`,
      sql`REFERENCING OLD TABLE AS gone NEW TABLE AS added FOR EACH STATEMENT`,
      declared(tell(moved)),
    ),
    ...trigger(
      db,
      `p2c_${table}_emptied`,
      on,
      sql`AFTER TRUNCATE`,
      sql`FOR EACH STATEMENT`,
      sql`BEGIN
  UPDATE ${contact} AS c SET ${active} = ${should} WHERE ${names.column(field.isActiveCustomer, 'c')} IS DISTINCT FROM ${should};
  RETURN NULL;
END`,
    ),
  ]
}
