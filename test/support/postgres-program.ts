import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import type { Database } from '../../src/database/database.ts'
import type { Teardown } from './database.ts'

/** Another program on the same schema: a connection without anything of ours. */
export interface Program {
  /** Runs one statement, and gives back its rows. */
  run<T extends pg.QueryResultRow = pg.QueryResultRow>(
    statement: string,
    ...values: unknown[]
  ): Promise<T[]>
  /** The value of the first column of the first row. */
  one(statement: string, ...values: unknown[]): Promise<unknown>
}

/** @param role whose rights the program has; those of the tests' own user where nothing is said */
export async function postgresProgram(t: Teardown, db: Database, role?: string): Promise<Program> {
  const client = new pg.Client({ connectionString: db.config.database })
  await client.connect()
  t.teardown(() => client.end())
  await client.query(`SET search_path = ${pg.escapeIdentifier(db.config.schema)}`)
  if (role !== undefined) await client.query(`SET ROLE ${pg.escapeIdentifier(role)}`)
  const run = async <T extends pg.QueryResultRow>(statement: string, ...values: unknown[]) =>
    (await client.query<T>(statement, values)).rows
  return {
    run,
    one: async (statement, ...values) =>
      Object.values<unknown>((await run(statement, ...values))[0] ?? {})[0],
  }
}

/** Whether a statement has ended after a moment in which it would have, if it waited for nobody. */
export async function hasEnded(statement: Promise<unknown>): Promise<boolean> {
  return Promise.race([statement.then(() => true), wait(300).then(() => false)])
}
