import { nanoid } from 'nanoid'
import pg from 'pg'
import { sql } from '../../domain/sql.ts'
import type { Database } from '../database.ts'
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
      await copySchema(stage, db)
      for (const statement of statements) {
        try {
          await stage.script(statement)
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

/** Tables without rows, triggers and foreign keys, and the views over them. */
async function copySchema(stage: Database, { schema }: PostgresDatabase): Promise<void> {
  const scratch = pg.escapeIdentifier(`p2c_rehearsal_${nanoid(8)}`)
  const original = pg.escapeIdentifier(schema)
  const relations = await stage.rows<{ name: string; definition: string | null }>(
    sql`SELECT quote_ident(relname) AS name, CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid) END AS definition
      FROM pg_catalog.pg_class WHERE relnamespace = to_regnamespace(quote_ident(${schema})) AND relkind IN ('r', 'p', 'v', 'm') ORDER BY oid`,
  )
  await stage.script(
    `CREATE SCHEMA ${scratch}; SET LOCAL search_path = ${scratch}, ${original}; SET LOCAL lock_timeout = '2s'; SET LOCAL check_function_bodies = off`,
  )
  const tables = relations.filter(one => one.definition === null)
  await stage.script(
    tables
      .map(({ name }) => `CREATE TABLE ${name} (LIKE ${original}.${name} INCLUDING ALL)`)
      .join(';'),
  )
  for (const { name, definition } of relations) {
    if (definition === null) continue
    // Whatever else it is built on, it is no concern of these statements.
    await stage.script('SAVEPOINT view')
    try {
      await stage.script(`CREATE VIEW ${name} AS ${definition}`)
    } catch {
      await stage.script('ROLLBACK TO SAVEPOINT view')
    }
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function firstLine(statement: string): string {
  return statement.split('\n', 1)[0]?.slice(0, 120) ?? ''
}
