import { closeSync, openSync, readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type Driver from 'better-sqlite3'
import { identifier, literal, sql, textOf } from '../../domain/sql.ts'
import type { SqliteDatabase } from './open.ts'

/** For those who look accounts up in it. */
const cacheMegabytes = 8

/** What connections call a file of work tables that are made aside. */
export function asideSchema(name: string): string {
  return `p2c_aside_${name}`
}

/** Beside the database, where there is room for its log too. */
function fileOf(path: string, name: string): string {
  return `${path}-p2c-aside-${name}`
}

/**
 * Whether another thread can read while this connection writes: only the write-ahead log lets it. A
 * database in memory is seen by its own connection alone.
 */
export function isAsidePossible({ path, handle }: SqliteDatabase): boolean {
  return path !== ':memory:' && handle.pragma('journal_mode', { simple: true }) === 'wal'
}

/**
 * Has a connection make work tables aside, in a new file that only its owner may read. Nobody needs it after a
 * crash: so it has no journal on the disk (the driver forbids to have none), and is never flushed.
 */
export function beginAside(handle: Driver.Database, path: string, name: string): void {
  const file = fileOf(path, name)
  rmSync(file, { force: true })
  closeSync(openSync(file, 'wx', 0o600))
  attach(handle, path, name)
  handle.pragma(`${asideSchema(name)}.journal_mode = MEMORY`)
}

/** See WorkAside.takeOver. */
export function takeOverAside({ handle, path }: SqliteDatabase, name: string): Promise<void> {
  attach(handle, path, name)
  return Promise.resolve()
}

/** See WorkAside.letGo. */
export async function letGoOfAside(db: SqliteDatabase, name: string): Promise<void> {
  const schema = asideSchema(name)
  const attached = await db.row(sql`SELECT 1 FROM pragma_database_list WHERE name = ${schema}`)
  if (attached) await db.script(`DETACH ${schema}`)
  rmSync(fileOf(db.path, name), { force: true })
}

/** See WorkAside.clear. */
export function clearAside({ path }: SqliteDatabase): Promise<void> {
  if (path === ':memory:') return Promise.resolve()
  const folder = dirname(path)
  const beginning = basename(fileOf(path, ''))
  for (const file of namesIn(folder).filter(name => name.startsWith(beginning)))
    rmSync(join(folder, file), { force: true })
  return Promise.resolve()
}

/** A folder may be one in which this user can write, and cannot look. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function attach(handle: Driver.Database, path: string, name: string): void {
  const schema = asideSchema(name)
  handle.exec(textOf(sql`ATTACH ${literal(fileOf(path, name))} AS ${identifier(schema)}`))
  handle.pragma(`${schema}.synchronous = OFF`)
  handle.pragma(`${schema}.cache_size = -${cacheMegabytes * 1024}`)
}
