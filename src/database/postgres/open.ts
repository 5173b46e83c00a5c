import pg from 'pg'
import Cursor from 'pg-cursor'
import type { Config } from '../../config.ts'
import { namesOf } from '../../domain/names.ts'
import { rulesOf } from '../../domain/rules.ts'
import { exitStatus, P2cError } from '../../errors.ts'
import { withoutPassword } from '../../password.ts'
import type { ConnectOptions } from '../connect.ts'
import type { Database, Query } from '../database.ts'
import { stopped } from '../stop.ts'
import { copiedTexts } from './copy-out.ts'
import { postgresDialect } from './dialect.ts'
import { explain, type Place } from './faults.ts'
import { GuidColumns, guidsOf } from './guids.ts'
import { allowHashedSets } from './hash-memory.ts'
import { inlined, native, types } from './values.ts'

/** What the PostgreSQL half of the dialect needs beside the Database. */
export interface PostgresDatabase extends Database, Place {
  readonly client: pg.Client
  readonly guidColumns: GuidColumns
  /** Does something with the client when the statements before are done, as each of them does. */
  alone<T>(work: () => Promise<T>): Promise<T>
  /** Ends the connection with this error: what it does from now on fails with it. */
  giveUp(reason: Error): void
}

const connectMillis = 15_000
const oldestServer = 15

/**
 * Opens a schema of a PostgreSQL database: one connection.
 *
 * @throws P2cError DATABASE_URL_INVALID, DATABASE_UNREACHABLE, DATABASE_LOGIN_REFUSED,
 * DATABASE_MISSING, SCHEMA_MISSING, SERVER_TOO_OLD, SERVER_ENCODING, DATABASE_READ_ONLY
 */
export async function openPostgres(
  config: Config,
  options: ConnectOptions,
): Promise<PostgresDatabase> {
  const { mode } = options
  const client = makeClient(config)
  const place: Place = {
    identity: `postgres://${client.user ?? ''}@${client.host}:${client.port}/${client.database ?? ''}`,
    schema: config.schema,
  }
  const guidColumns = new GuidColumns(client, config)
  let fault: Error | undefined
  // A connection that breaks while nothing runs on it would else end the process.
  client.on('error', error => {
    fault ??= explain(error, place)
  })
  try {
    await client.connect()
    await settle(client, config, mode)
    await mustBeUsable(client, place, mode)
    await endWithProcess(client)
    await allowHashedSets(client, config.schema)
    await guidColumns.read()
  } catch (error) {
    await client.end().catch(() => undefined)
    throw explain(error, place)
  }
  const db = databaseOn(client, config, place, options, guidColumns, () => fault)
  return { ...db, giveUp: reason => (fault = reason) }
}

function makeClient(config: Config): pg.Client {
  try {
    return new pg.Client({
      connectionString: config.database,
      application_name: 'p2c',
      connectionTimeoutMillis: connectMillis,
      keepAlive: true,
      types,
    })
  } catch (cause) {
    throw new P2cError('DATABASE_URL_INVALID', {
      what: 'the database URL cannot be used',
      must: 'postgres://user:password@host:port/database',
      found: withoutPassword(config.database),
      next: 'Mend --database, P2C_DATABASE or "database" in the configuration file',
      exit: exitStatus.usage,
      cause: cause instanceof Error ? new Error(withoutPassword(cause.message)) : undefined,
    })
  }
}

/**
 * p2c thinks for no more than a moment inside a transaction. One whose process or network stands
 * still shall not hold its locks for ever; who has set a limit already knows better.
 */
const idleLimit = `CASE current_setting('idle_in_transaction_session_timeout') WHEN '0' THEN set_config('idle_in_transaction_session_timeout', '30s', false) END`

/** Whatever role, database or server have for defaults: the session is the same but for one limit. */
async function settle(
  client: pg.Client,
  config: Config,
  mode: ConnectOptions['mode'],
): Promise<void> {
  const settings: Record<string, string> = {
    search_path: pg.escapeIdentifier(config.schema),
    client_encoding: 'UTF8',
    TimeZone: 'UTC',
    DateStyle: 'ISO, YMD',
    IntervalStyle: 'iso_8601',
    extra_float_digits: '1',
    standard_conforming_strings: 'on',
    statement_timeout: '0',
    // Statements are many and short, and their expressions long: to compile them takes longer.
    jit: 'off',
    lock_timeout: '0',
    ...(mode === 'read' ? { default_transaction_read_only: 'on' } : {}),
  }
  const pairs = Object.entries(settings)
  const calls = pairs.map((_, i) => `set_config($${2 * i + 1}, $${2 * i + 2}, false)`)
  await client.query(`SELECT ${calls.join(', ')}, ${idleLimit}`, pairs.flat())
}

async function mustBeUsable(
  client: pg.Client,
  place: Place,
  mode: ConnectOptions['mode'],
): Promise<void> {
  const { rows } = await client.query<{
    version: number
    encoding: string
    standby: boolean
    read_only: string
    schema_there: boolean
    may_use: boolean | null
  }>(
    `SELECT current_setting('server_version_num')::int / 10000 AS version, current_setting('server_encoding') AS encoding,
      pg_is_in_recovery() AS standby, current_setting('default_transaction_read_only') AS read_only,
      to_regnamespace(quote_ident($1)) IS NOT NULL AS schema_there,
      has_schema_privilege(to_regnamespace(quote_ident($1))::oid, 'USAGE') AS may_use`,
    [place.schema],
  )
  const [server] = rows
  if (!server) return
  const refuse = (code: string, what: string, must: string, found: string, next: string) => {
    throw new P2cError(code, { what, must, found, next, exit: exitStatus.usage })
  }
  const { identity, schema } = place
  if (server.version < oldestServer)
    refuse(
      'SERVER_TOO_OLD',
      `${identity} is too old`,
      `PostgreSQL ${oldestServer} or later`,
      `PostgreSQL ${server.version}`,
      'Use a newer server, or work on a copy in one',
    )
  if (server.encoding !== 'UTF8')
    refuse(
      'SERVER_ENCODING',
      `${identity} cannot hold every text`,
      'a database in the encoding UTF8',
      server.encoding,
      'Copy it with pg_dump into a database that was made with ENCODING UTF8',
    )
  if (!server.schema_there)
    refuse(
      'SCHEMA_MISSING',
      `there is no schema ${schema} in ${identity}`,
      'the schema that holds the Sales tables',
      'none of this name; it compares exactly',
      'Name it with --schema, P2C_SCHEMA or "schema" in the configuration file, or make it with CREATE SCHEMA',
    )
  if (server.may_use === false)
    refuse(
      'PERMISSION_MISSING',
      `this user may not use the schema ${schema} in ${identity}`,
      'the right USAGE on it',
      'no such right',
      'GRANT it, or run as another user',
    )
  if (mode !== 'read' && (server.standby || server.read_only === 'on'))
    refuse(
      'DATABASE_READ_ONLY',
      `${identity} cannot be written`,
      'a primary server, and sessions that may write',
      server.standby ? 'a replica' : 'default_transaction_read_only = on',
      'Name the primary, or work on a copy',
    )
}

/**
 * A statement of a process that is gone would hold its locks to its end, and the next run would wait
 * for it. A server on an operating system that cannot tell refuses the setting, and goes on without.
 */
async function endWithProcess(client: pg.Client): Promise<void> {
  await client
    .query(`SELECT set_config('client_connection_check_interval', '500ms', false)`)
    .catch((error: unknown) => {
      if (!isRefusedValue(error)) throw error
    })
}

function isRefusedValue(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '22023'
}

type Core = Omit<PostgresDatabase, 'giveUp'>

function databaseOn(
  client: pg.Client,
  config: Config,
  place: Place,
  options: ConnectOptions,
  guidColumns: GuidColumns,
  faultOf: () => Error | undefined,
): Core {
  const names = namesOf(config)
  let begunAt: number | undefined
  let check: (() => Promise<void>) | null = null

  let last: Promise<unknown> = Promise.resolve()

  const heedStop = () => {
    if (options.mustStop?.()) throw stopped()
  }

  /** One statement after the other: whoever asks several things at once has one connection. */
  const guarded = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(async () => {
      const fault = faultOf()
      if (fault) throw fault
      heedStop()
      try {
        return await work()
      } catch (error) {
        throw faultOf() ?? explain(error, place)
      }
    })
    last = result.catch(() => undefined)
    return result
  }
  const run = (query: Query) => guarded(() => client.query<Record<string, unknown>>(native(query)))

  const db: Core = {
    ...place,
    config,
    client,
    guidColumns,
    alone: guarded,
    dialect: postgresDialect,
    names,
    rules: rulesOf(
      config,
      names,
      guidsOf(guidColumns, logical => names.tableName(logical)),
    ),
    rows: async <T extends object>(query: Query) => (await run(query)).rows as T[],
    row: async <T extends object>(query: Query) => (await run(query)).rows[0] as T | undefined,
    change: async query => (await run(query)).rowCount ?? 0,
    stream: async function* <T extends object>(query: Query, chunkRows = 1_000) {
      const { text, values } = native(query)
      const cursor = await guarded(() =>
        Promise.resolve(client.query(new Cursor<T>(text, values, { types }))),
      )
      try {
        for (;;) {
          const chunk = await guarded(() => cursor.read(chunkRows))
          if (chunk.length > 0) yield chunk
          if (chunk.length < chunkRows) return
        }
      } finally {
        await cursor.close().catch(() => undefined)
      }
    },
    texts: async function* (query, chunkRows = 1_000) {
      try {
        for await (const texts of copiedTexts(client, inlined(query), chunkRows)) {
          heedStop()
          yield texts
        }
      } catch (error) {
        throw faultOf() ?? explain(error, place)
      }
    },
    script: async text => {
      await guarded(() => client.query(text))
      // Another transaction's DDL does not concern a run: it holds the lock.
      if (guidColumns.mayChangeBy(text)) await guarded(() => guidColumns.read())
    },
    transaction: async <T>(work: () => Promise<T>) => {
      if (begunAt !== undefined) throw new Error('a transaction inside another')
      // What a batch has read must be what it writes upon: whoever changed a row meanwhile makes
      // the statement fail with 40001, and the batch is done again.
      await guarded(() => client.query('BEGIN ISOLATION LEVEL REPEATABLE READ'))
      begunAt = performance.now()
      try {
        const result = await work()
        await check?.()
        const { command } = await guarded(() => client.query('COMMIT'))
        if (command !== 'COMMIT') throw new Error('the transaction had failed before its COMMIT')
        return result
      } catch (error) {
        await client.query('ROLLBACK').catch(() => undefined)
        throw error
      } finally {
        begunAt = undefined
      }
    },
    beforeCommit: next => {
      check = next
    },
    transactionMillis: () => (begunAt === undefined ? 0 : performance.now() - begunAt),
    snapshot: async () => {
      const reader = await openPostgres(config, { ...options, mode: 'read' })
      // It rests for as long as its reader has other things to do.
      await reader.client.query('SET idle_in_transaction_session_timeout = 0')
      // A transaction sees what is there when it first reads.
      await reader.client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
      await reader.client.query('SELECT 1 FROM pg_catalog.pg_class LIMIT 1')
      return reader
    },
    another: () => openPostgres(config, options),
    close: () => client.end(),
  }
  return db
}
