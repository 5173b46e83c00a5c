import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { loadConfig } from '../../src/config.ts'
import { connect } from '../../src/database/connect.ts'
import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import { seed } from '../../src/seed/seed.ts'
import { databaseOfItsOwn, type Teardown } from './database.ts'
import { postgresProgram, type Program } from './postgres-program.ts'

/** Sales data in a database of its own: an index waits for the transactions of a whole database. */
export async function salesOfItsOwn(t: Teardown, contacts = 60): Promise<Database> {
  const place = await databaseOfItsOwn(t)
  const db = await connect(loadConfig({ options: { ...place }, file: false }), { mode: 'create' })
  t.teardown(() => db.close())
  await finish(seed(db, { contacts }))
  return db
}

/** A program that has read the table and does not end its transaction. */
export async function reader(t: Teardown, db: Database, table = 'contact'): Promise<Program> {
  const program = await postgresProgram(t, db)
  await program.run(`SET application_name = 'the report of the month'`)
  await program.run('BEGIN')
  await program.run(`SELECT count(*) FROM ${table}`)
  return program
}

export interface Writer {
  /** Stops it; says how long its longest statement took, and what went wrong. */
  stop(): Promise<{ longestMillis: number; writes: number; faults: string[] }>
}

/** A program that writes without pause, one small transaction after the other. */
export async function writer(
  t: Teardown,
  db: Database,
  statements: (turn: number) => readonly string[],
  pauseMillis = 0,
): Promise<Writer> {
  const client = new pg.Client({ connectionString: db.config.database })
  await client.connect()
  const seen = { longestMillis: 0, writes: 0, faults: [] as string[] }
  const end = new AbortController()
  const work = (async () => {
    for (let turn = 0; !end.signal.aborted; turn++) {
      const began = performance.now()
      await client
        .query(`BEGIN; ${statements(turn).join('; ')}; COMMIT`)
        .catch(async (error: unknown) => {
          seen.faults.push(String(error))
          await client.query('ROLLBACK')
        })
      seen.longestMillis = Math.max(seen.longestMillis, performance.now() - began)
      seen.writes++
      if (pauseMillis > 0) await wait(pauseMillis)
    }
  })()
  t.teardown(async () => {
    end.abort()
    await work
    await client.end()
  })
  return {
    stop: async () => {
      end.abort()
      await work
      return seen
    },
  }
}

/** Indexes that were not made to their end. */
export const invalid = (db: Database) =>
  db.rows(sql`SELECT indexrelid::regclass::text AS name FROM pg_index WHERE NOT indisvalid`)

/** Contacts whose flag is not what the documents say, and numbers that are missing or double. */
export const wrong = (db: Database) =>
  db.rows(
    sql`SELECT c.contactid::text FROM contact AS c WHERE c.msdynce_contactnumber IS NULL
      OR c.msdynce_isactivecustomer IS DISTINCT FROM ${db.rules.isActive(db.names.column('contactid', 'c'))}
      OR c.msdynce_iscompanyanaccount IS DISTINCT FROM ${db.rules.isCompanyAnAccount('c')}
      UNION ALL SELECT split_part(msdynce_contactnumber, '-', 2) FROM contact GROUP BY 1 HAVING count(*) > 1
      UNION ALL SELECT accountnumber FROM account GROUP BY 1 HAVING count(*) > 1`,
  )
