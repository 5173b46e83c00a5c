import { existsSync, statSync } from 'node:fs'
import { mkdir, realpath } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import Driver from 'better-sqlite3'
import type { Config } from '../../config.ts'
import { namesOf } from '../../domain/names.ts'
import { rulesOf } from '../../domain/rules.ts'
import { exitStatus, P2cError } from '../../errors.ts'
import type { ConnectOptions } from '../connect.ts'
import type { Composed, Database, Query } from '../database.ts'
import { stopped } from '../stop.ts'
import { asideSchema, beginAside } from './aside.ts'
import { sqliteDialect } from './dialect.ts'
import { explain } from './faults.ts'
import { guids } from './guids.ts'

/** What the SQLite half of the dialect needs beside the Database. */
export interface SqliteDatabase extends Database {
  readonly path: string
  readonly handle: Driver.Database
  /** The schema of the work tables. */
  readonly workSchema: string
  /** Throws where the work shall end at once; for work that is done without statements. */
  readonly heedStop: () => void
}

const keptStatements = 100

/** How long a statement waits for another program's lock before it fails with SQLITE_BUSY. */
const busyMillis = 5_000

/** Opens a SQLite file. */
export async function openSqlite(
  config: Config,
  path: string,
  options: ConnectOptions,
): Promise<SqliteDatabase> {
  const { mode } = options
  const file = path === ':memory:' ? path : await prepareFile(resolve(path), mode)
  const hadLog = existsSync(logOf(file))
  const handle = openHandle(file, mode)
  if (options.workAside !== undefined) beginAside(handle, file, options.workAside)
  const db = databaseOn(handle, config, file, options)
  if (mode !== 'read' || hadLog) return db
  return {
    ...db,
    close: async () => {
      await db.close()
      removeEmptyLog(file)
    },
  }
}

function databaseOn(
  handle: Driver.Database,
  config: Config,
  path: string,
  options: ConnectOptions,
): SqliteDatabase {
  const { mode, mustStop, workAside } = options
  const names = namesOf(config)
  const statements = new Map<string, Driver.Statement>()
  let begunAt = 0
  let check: (() => Promise<void>) | null = null

  const heedStop = () => {
    if (mustStop?.()) throw stopped()
  }

  const prepare = (query: Query): [Driver.Statement, unknown[]] => {
    const { sql, values } = native(query)
    const kept = statements.get(sql) ?? handle.prepare(sql)
    statements.delete(sql)
    statements.set(sql, kept)
    if (statements.size > keptStatements) statements.delete(statements.keys().next().value ?? '')
    return [kept, values.map(bindable)]
  }

  const guarded = <T>(work: () => T): Promise<T> => {
    try {
      heedStop()
      return Promise.resolve(work())
    } catch (error) {
      return Promise.reject(explain(error, path))
    }
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the driver is synchronous
  async function* inChunks<T>(
    query: Query,
    chunkRows = 1_000,
    as: (statement: Driver.Statement) => Driver.Statement,
  ): AsyncGenerator<T[], void, void> {
    const { sql, values } = native(query)
    let chunk: T[] = []
    try {
      for (const row of as(handle.prepare(sql)).iterate(...values.map(bindable))) {
        chunk.push(row as T)
        if (chunk.length < chunkRows) continue
        heedStop()
        yield chunk
        chunk = []
      }
    } catch (error) {
      throw explain(error, path)
    }
    if (chunk.length > 0) yield chunk
  }

  const db: SqliteDatabase = {
    config,
    dialect: sqliteDialect,
    names,
    rules: rulesOf(config, names, guids),
    identity: `sqlite:${path}`,
    path,
    handle,
    workSchema: workAside === undefined ? 'temp' : asideSchema(workAside),
    heedStop,
    rows: <T extends object>(query: Query) =>
      guarded(() => {
        const [statement, values] = prepare(query)
        return statement.all(...values) as T[]
      }),
    row: <T extends object>(query: Query) =>
      guarded(() => {
        const [statement, values] = prepare(query)
        return statement.get(...values) as T | undefined
      }),
    change: query =>
      guarded(() => {
        const [statement, values] = prepare(query)
        return statement.run(...values).changes
      }),
    stream: (query, chunkRows) => inChunks(query, chunkRows, statement => statement),
    texts: (query, chunkRows) => inChunks(query, chunkRows, statement => statement.pluck()),
    script: text =>
      guarded(() => {
        handle.exec(text)
      }),
    transaction: async <T>(work: () => Promise<T>) => {
      const isUnderWay = () => handle.inTransaction
      if (isUnderWay()) throw new Error('a transaction inside another')
      // Who makes tables aside only reads the others, and must not keep anybody from writing these.
      await db.script(workAside === undefined ? 'BEGIN IMMEDIATE' : 'BEGIN')
      begunAt = performance.now()
      try {
        const result = await work()
        await check?.()
        await db.script('COMMIT')
        return result
      } catch (error) {
        // SQLite may have taken it back already: when the disk is full, for instance.
        if (isUnderWay()) handle.exec('ROLLBACK')
        throw error
      }
    },
    beforeCommit: next => {
      check = next
    },
    transactionMillis: () => (handle.inTransaction ? performance.now() - begunAt : 0),
    snapshot: () =>
      guarded(() => {
        const reader = openHandle(path, 'read')
        // It is scanned and sorted: a larger cache is no faster, and there may be several.
        reader.pragma('cache_size = -4000')
        // A transaction sees what is there when it first reads.
        reader.exec('BEGIN; SELECT count(*) FROM sqlite_master')
        return databaseOn(reader, config, path, { ...options, mode: 'read' })
      }),
    another: () =>
      guarded(() =>
        databaseOn(openHandle(path, mode === 'read' ? 'read' : 'write'), config, path, options),
      ),
    close: () => {
      statements.clear()
      handle.close()
      return Promise.resolve()
    },
  }
  return db
}

function openHandle(file: string, mode: ConnectOptions['mode']): Driver.Database {
  try {
    return settle(new Driver(file, { readonly: mode === 'read', timeout: busyMillis }))
  } catch (error) {
    // A crash may have left a journal to play back, and a reader may not do that.
    const code = error instanceof Driver.SqliteError ? error.code : ''
    if (mode !== 'read' || !/^SQLITE_(READONLY|CANTOPEN)/.test(code)) throw explain(error, file)
    try {
      const handle = settle(new Driver(file, { timeout: busyMillis, fileMustExist: true }))
      handle.pragma('query_only = ON')
      return handle
    } catch (second) {
      throw explain(second, file)
    }
  }
}

/** What any other program's connection has by default, and better-sqlite3's build has not. */
function settle(handle: Driver.Database): Driver.Database {
  try {
    handle.pragma('recursive_triggers = OFF')
    handle.pragma('schema_version')
    return handle
  } catch (error) {
    handle.close()
    throw error
  }
}

/**
 * In the journal mode WAL a reader makes the files of the log where there are none, and may not
 * take them away: that is done by whoever may write and closes last.
 */
function removeEmptyLog(file: string): void {
  if (!existsSync(logOf(file)) || statSync(logOf(file)).size > 0) return
  try {
    const handle = new Driver(file, { timeout: 0, fileMustExist: true })
    handle.pragma('schema_version')
    handle.close()
  } catch {
    // Who may not write leaves them; they are empty.
  }
}

function logOf(file: string): string {
  return `${file}-wal`
}

async function prepareFile(file: string, mode: ConnectOptions['mode']): Promise<string> {
  if (existsSync(file)) {
    if (statSync(file).isFile()) return realpath(file)
    throw new P2cError('DATABASE_UNREADABLE', {
      what: `${file} is no SQLite database`,
      must: 'a file',
      found: 'a folder or a device',
      next: 'Name the database file with --database sqlite:PATH',
      exit: exitStatus.usage,
    })
  }
  if (mode !== 'create') {
    throw new P2cError('DATABASE_MISSING', {
      what: `there is no database ${file}`,
      must: 'an existing SQLite file with the Sales tables',
      next: 'Name it with --database sqlite:PATH, or make one with "p2c import --from DIR --create"',
      exit: exitStatus.usage,
    })
  }
  await mkdir(dirname(file), { recursive: true })
  return file
}

function native(query: Query): { sql: string; values: readonly unknown[] } {
  if (isComposed(query)) {
    const { sql, bindings } = query.toSQL().toNative()
    return { sql, values: bindings }
  }
  return { sql: query.sql, values: query.values }
}

function isComposed(query: Query): query is Composed {
  return 'toSQL' in query
}

function bindable(value: unknown): unknown {
  if (typeof value === 'boolean') return Number(value)
  if (value === undefined) return null
  return value instanceof Date ? value.toISOString() : value
}
