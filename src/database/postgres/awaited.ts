import { identifier, raw, sql, textOf, type Sql } from '../../domain/sql.ts'
import type { SchemaDeed, SchemaObject } from '../dialect.ts'
import type { PostgresDatabase } from './open.ts'
import { of, trigger } from './trigger.ts'

/**
 * GUIDs, as they compare, of contacts that are not there and have documents: a contact that comes
 * looks for its own here, instead of among all documents. One may stand here several times, else
 * two who write documents of it would wait for each other; and also when it is there again.
 */
const awaited = identifier('p2c_awaited_contact')

/** Whether the contact of this GUID may have documents that came before it. */
export function isAwaited(id: Sql): Sql {
  return sql`EXISTS (SELECT 1 FROM ${awaited} AS w WHERE w.row_key = ${id})`
}

/**
 * The statement that writes GUIDs down.
 *
 * @param ids a query for them, none twice
 */
export function writeAwaited(ids: Sql): Sql {
  return sql`INSERT INTO ${awaited} (row_key) SELECT i.id FROM (${ids}) AS i (id) WHERE i.id IS NOT NULL AND NOT ${isAwaited(raw('i.id'))}`
}

/**
 * Keeps `p2c_given_number` until the transaction ends: contacts that come write there, and share it
 * with each other; documents without their contact share it among themselves. So of a document
 * and its contact one waits for the other, and sees what it has committed. Who makes a contact
 * and writes its number there has it already.
 */
export function keepMeetingPlace(who: 'contacts' | 'documents'): Sql {
  const mode = raw(who === 'contacts' ? 'ROW EXCLUSIVE' : 'SHARE')
  return sql`LOCK TABLE p2c_given_number IN ${mode} MODE;`
}

/** Where the GUIDs are written down, and the index by which they are found. */
export function awaitedTable(db: PostgresDatabase): SchemaObject[] {
  const index = identifier('p2c_awaited_contact_key')
  return [
    {
      name: 'p2c_awaited_contact',
      create: `CREATE TABLE ${awaited.sql} (row_key ${db.dialect.bytewiseText.sql} NOT NULL)`,
      drop: `DROP TABLE ${awaited.sql}`,
    },
    {
      name: 'p2c_awaited_contact_key',
      create: textOf(sql`CREATE INDEX ${index} ON ${awaited} (row_key)`),
      drop: textOf(sql`DROP INDEX ${index}`),
    },
  ]
}

/**
 * What writes down the contacts that go and leave documents behind, and behind that, which are
 * missing already. For documents that come the triggers are there by then; and only afterwards may
 * a contact that comes rely on it.
 */
export function awaitedObjects(db: PostgresDatabase): (SchemaObject | SchemaDeed)[] {
  const { names, rules } = db
  const on = names.table('contact')
  const key = names.column('contactid')
  const [before, after] = [of('old', key), of('new', key)]
  const missing = sql`SELECT DISTINCT a.id FROM (${rules.activeIds()}) AS a
    WHERE NOT EXISTS (SELECT 1 FROM ${on} AS c WHERE ${rules.guid(names.column('contactid', 'c'))} = a.id)`
  // Into a table that is new the server reads with several processes.
  const found = raw('p2c_missing_contact')
  const readAtOnce = sql`CREATE UNLOGGED TABLE ${found} AS ${missing}; ${writeAwaited(sql`SELECT m.id FROM ${found} AS m`)}; DROP TABLE ${found}`
  return [
    ...trigger(
      db,
      'p2c_contact_left',
      on,
      sql`AFTER DELETE`,
      sql`REFERENCING OLD TABLE AS gone FOR EACH STATEMENT`,
      sql`BEGIN
  ${writeAwaited(sql`SELECT DISTINCT ${rules.guid(key)} FROM gone WHERE ${rules.isActive(sql`gone.${key}`)}`)};
  RETURN NULL;
END`,
    ),
    ...trigger(
      db,
      'p2c_contact_renamed',
      on,
      sql`AFTER UPDATE OF ${key}`,
      sql`FOR EACH ROW WHEN (${after} IS DISTINCT FROM ${before})`,
      sql`BEGIN
  ${writeAwaited(sql`SELECT ${rules.guid(before)} WHERE ${rules.isActive(before)}`)};
  RETURN NULL;
END`,
    ),
    ...trigger(
      db,
      'p2c_contact_emptied',
      on,
      sql`AFTER TRUNCATE`,
      sql`FOR EACH STATEMENT`,
      sql`BEGIN
  ${writeAwaited(missing)};
  RETURN NULL;
END`,
    ),
    {
      name: 'contacts that are missing',
      create: textOf(readAtOnce),
      drop: null,
      group: 'contacts that are missing',
    },
  ]
}
