import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig, type Config } from '../../src/config.ts'
import { connect } from '../../src/database/connect.ts'
import type { Database } from '../../src/database/database.ts'
import { onServer, postgresServer } from './postgres-server.ts'

/** What a test needs of tap. */
export interface Teardown {
  teardown(work: () => unknown): void
}

/** The engines on which every test runs. */
export const engines = ['sqlite', 'postgres'] as const
export type Engine = (typeof engines)[number]

/** A folder that goes with the test. */
export function freshFolder(t: Teardown): string {
  const folder = mkdtempSync(join(tmpdir(), 'p2c-test-'))
  t.teardown(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

/**
 * The configuration of a database of its own: a file, or a schema of the server, which go with the
 * test; settings on top of the defaults.
 */
export async function freshConfig(
  t: Teardown,
  engine: Engine,
  settings: object = {},
): Promise<Config> {
  const place =
    engine === 'sqlite'
      ? { database: `sqlite:${join(freshFolder(t), 'sales.sqlite')}` }
      : await freshSchema(t)
  return loadConfig({ options: { ...place, ...settings }, file: false })
}

/** An empty real database, closed and deleted with the test. */
export async function freshDatabase(
  t: Teardown,
  engine: Engine,
  settings: object = {},
): Promise<Database> {
  const db = await connect(await freshConfig(t, engine, settings), { mode: 'create' })
  t.teardown(() => db.close())
  return db
}

export interface Place {
  readonly database: string
  readonly schema: string
}

/**
 * A database of the server that no other test is in, for those that look at all connections of
 * theirs, or cut them. It goes with the test.
 */
export async function databaseOfItsOwn(t: Teardown): Promise<Place> {
  return { database: await makeDatabase(t), schema: 'public' }
}

async function makeDatabase(t: Teardown): Promise<string> {
  const server = await postgresServer()
  const name = uniqueName('own')
  await onServer(server, `CREATE DATABASE ${name} TEMPLATE template0`)
  t.teardown(() => onServer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

let ofThisFile: Promise<string> | undefined

/** The database of a test file: an index that is built beside others waits for all in its database. */
function databaseOfThisFile(): Promise<string> {
  ofThisFile ??= import('tap').then(({ default: file }) => makeDatabase(file))
  return ofThisFile
}

async function freshSchema(t: Teardown): Promise<Place> {
  const database = await databaseOfThisFile()
  const schema = uniqueName('test')
  await onServer(database, `CREATE SCHEMA ${schema}`)
  t.teardown(() =>
    onServer(
      database,
      `SET client_min_messages = warning; DROP SCHEMA IF EXISTS ${schema} CASCADE`,
    ),
  )
  return { database, schema }
}

let names = 0

function uniqueName(kind: string): string {
  return `${kind}_${process.pid}_${Date.now().toString(36)}_${++names}`
}
