import pg from 'pg'
import { identifier, literal, raw, sql, textOf, type Sql } from '../../domain/sql.ts'
import type { SchemaObject } from '../dialect.ts'
import { lockClass, lockKey } from './lock.ts'
import type { PostgresDatabase } from './open.ts'

/** A column of the row that fired a row trigger. */
export function of(row: 'new' | 'old', column: Sql): Sql {
  return sql`${raw(row)}.${column}`
}

/**
 * A session plans the statements of a function once. In one that opened when a table was next to
 * empty, each row would go through all of it until the server's next ANALYZE, however many there are
 * by then.
 */
const byIndex = 'SET enable_seqscan = off'

/**
 * A function in PL/pgSQL, which looks things up by index.
 *
 * @param parameters empty for a trigger's function
 */
export function plpgsql(
  db: PostgresDatabase,
  name: string,
  parameters: string,
  returns: string,
  body: Sql,
): SchemaObject {
  const types = parameters
    .split(', ')
    .map(parameter => parameter.split(' ').slice(1).join(' '))
    .join(', ')
  const path = `pg_catalog, ${pg.escapeIdentifier(db.schema)}, pg_temp`
  return {
    name,
    create: `CREATE FUNCTION ${name} (${parameters}) RETURNS ${returns} LANGUAGE plpgsql SECURITY DEFINER SET search_path = ${path} ${byIndex} AS $p2c$\n${textOf(body)}\n$p2c$`,
    drop: `DROP FUNCTION ${name} (${types})`,
  }
}

/** A trigger and its function, which has the same name. */
export function trigger(
  db: PostgresDatabase,
  name: string,
  table: Sql,
  event: Sql,
  manner: Sql,
  body: Sql,
): SchemaObject[] {
  return [
    plpgsql(db, name, '', 'trigger', body),
    {
      name,
      create: textOf(
        sql`CREATE TRIGGER ${identifier(name)} ${event} ON ${table} ${manner} EXECUTE FUNCTION ${raw(name)} ()`,
      ),
      drop: textOf(sql`DROP TRIGGER ${identifier(name)} ON ${table}`),
    },
  ]
}

/**
 * Waits, until the transaction ends, for accounts that come and go (`shared`), or for contacts that
 * met one which was missing. Else an account and a contact under it that are written at the same
 * time would not see each other, and the flag would stay wrong.
 */
export function waitForAccounts(db: PostgresDatabase, shared: boolean): Sql {
  const take = raw(shared ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock')
  return sql`PERFORM ${take}(${literal(lockClass)}, ${literal(lockKey(db.schema, 'accounts'))});`
}
