import { nanoid } from 'nanoid'
import pg from 'pg'
import { sql } from '../../domain/sql.ts'
import type { Database } from '../database.ts'
import { indexWorkOf } from './ddl.ts'
import type { PostgresDatabase } from './open.ts'

/**
 * Runs DDL in a scratch schema with empty copies of the tables and views that it concerns, inside a
 * transaction that is rolled back: nobody waits for a lock, and nothing stays. See
 * docs/decisions/0006. Who may not make a schema cannot rehearse, and is told nothing.
 *
 * @returns what went wrong, or null
 */
export async function rehearse(
  db: PostgresDatabase,
  statements: readonly string[],
): Promise<string | null> {
  if (!(await mayMakeSchemas(db))) return null
  const stage = await writingConnection(db)
  let fault: string | null = null
  try {
    await stage.transaction(async () => {
      const scratch = await copySchema(stage, db)
      for (const statement of statements) {
        try {
          await stage.script(onStage(statement, scratch))
        } catch (error) {
          fault = `${message(error)} (in: ${firstLine(statement)})`
          break
        }
      }
      throw new CurtainFalls()
    })
  } catch (error) {
    if (!(error instanceof CurtainFalls)) fault ??= message(error)
  } finally {
    await stage.close()
  }
  return fault
}

/** Takes the transaction back. */
class CurtainFalls extends Error {}

async function mayMakeSchemas(db: Database): Promise<boolean> {
  const found = await db.row<{ may: boolean }>(
    sql`SELECT has_database_privilege(current_database(), 'CREATE') AND NOT pg_is_in_recovery() AS may`,
  )
  return found?.may === true
}

/** `check` reads on a connection that cannot write. */
async function writingConnection(db: PostgresDatabase): Promise<Database> {
  const stage = await db.another()
  await stage.script('SET default_transaction_read_only = off')
  return stage
}

/** What is copied, with the statement that makes it, in an order in which they can be made. */
interface Prop {
  readonly make: string
  /** Whether it may be left out: what it is built on may be anywhere. */
  readonly optional: boolean
}

/**
 * Tables without rows and foreign keys, sequences, views, and triggers with functions that do
 * nothing.
 */
async function propsOf(stage: Database, schema: string): Promise<Prop[]> {
  const original = pg.escapeIdentifier(schema)
  return stage.rows<{ make: string; optional: boolean }>(
    sql`WITH here AS (SELECT to_regnamespace(quote_ident(${schema})) AS oid),
      relations AS (SELECT c.oid, c.relkind, quote_ident(c.relname) AS name FROM pg_catalog.pg_class AS c JOIN here ON here.oid = c.relnamespace),
      triggers AS (SELECT g.oid, g.tgfoid FROM pg_catalog.pg_trigger AS g JOIN relations AS r ON r.oid = g.tgrelid AND r.relkind IN ('r', 'p') WHERE NOT g.tgisinternal)
    SELECT make, optional FROM (
      SELECT 1 AS place, r.oid, 'CREATE SEQUENCE ' || r.name AS make, false AS optional FROM relations AS r WHERE r.relkind = 'S'
        AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend AS d WHERE d.objid = r.oid AND d.deptype IN ('a', 'i'))
      UNION ALL SELECT 2, r.oid, 'CREATE TABLE ' || r.name || ' (LIKE ' || ${original} || '.' || r.name || ' INCLUDING ALL)', false FROM relations AS r WHERE r.relkind IN ('r', 'p')
      UNION ALL SELECT 3, r.oid, 'CREATE VIEW ' || r.name || ' AS ' || pg_get_viewdef(r.oid), true FROM relations AS r WHERE r.relkind IN ('v', 'm')
      UNION ALL SELECT 4, p.oid, 'CREATE FUNCTION ' || quote_ident(p.proname) || ' (' || pg_get_function_identity_arguments(p.oid) || ') RETURNS ' || pg_get_function_result(p.oid) || ' LANGUAGE plpgsql AS ''BEGIN END''', true
        FROM pg_catalog.pg_proc AS p JOIN here ON here.oid = p.pronamespace WHERE p.prokind = 'f' AND (p.proname LIKE 'p2c\\_%' OR p.oid IN (SELECT tgfoid FROM triggers))
      UNION ALL SELECT 5, g.oid, pg_get_triggerdef(g.oid, true), true FROM triggers AS g
    ) AS props ORDER BY place, oid`,
  )
}

/** Copies of indexes have names of their own, and an original would be locked with its table. */
function onStage(statement: string, scratch: string): string {
  const work = indexWorkOf(statement)
  return work?.verb === 'drop' ? `DROP INDEX IF EXISTS ${scratch}.${work.index}` : statement
}

/** @returns the scratch schema, as SQL writes it */
async function copySchema(stage: Database, { schema }: PostgresDatabase): Promise<string> {
  const scratch = pg.escapeIdentifier(`p2c_rehearsal_${nanoid(8)}`)
  // Names come without their schema as long as that is the search path.
  const props = await propsOf(stage, schema)
  await stage.script(
    `CREATE SCHEMA ${scratch}; SET LOCAL search_path = ${scratch}, ${pg.escapeIdentifier(schema)}; SET LOCAL lock_timeout = '2s'; SET LOCAL check_function_bodies = off`,
  )
  await stage.script(props.flatMap(({ make, optional }) => (optional ? [] : [make])).join(';'))
  for (const { make } of props.filter(({ optional }) => optional)) {
    await stage.script('SAVEPOINT prop')
    try {
      await stage.script(make)
    } catch {
      await stage.script('ROLLBACK TO SAVEPOINT prop')
    }
  }
  return scratch
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function firstLine(statement: string): string {
  return statement.split('\n', 1)[0]?.slice(0, 120) ?? ''
}
