import { closeSync, openSync, rmSync } from 'node:fs'
import type Driver from 'better-sqlite3'
import { sql } from '../../domain/sql.ts'
import type { SqliteDatabase } from './open.ts'

/** What connections call the file of work tables that are made aside. */
export const asideSchema = 'p2c_aside'

/** For those who look accounts up in it. */
const cacheMegabytes = 8

/** Beside the database, where there is room for its log too. */
function fileOf(path: string): string {
  return `${path}-p2c-aside`
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
export function beginAside(handle: Driver.Database, path: string): void {
  const file = fileOf(path)
  rmSync(file, { force: true })
  closeSync(openSync(file, 'wx', 0o600))
  attach(handle, path)
  handle.pragma(`${asideSchema}.journal_mode = MEMORY`)
}

/** See WorkAside.takeOver. */
export function takeOverAside({ handle, path }: SqliteDatabase): Promise<void> {
  attach(handle, path)
  return Promise.resolve()
}

/** See WorkAside.letGo. */
export async function letGoOfAside(db: SqliteDatabase): Promise<void> {
  if (await isAttached(db)) await db.script(`DETACH ${asideSchema}`)
  rmSync(fileOf(db.path), { force: true })
}

function attach(handle: Driver.Database, path: string): void {
  handle.prepare(`ATTACH ? AS ${asideSchema}`).run(fileOf(path))
  handle.pragma(`${asideSchema}.synchronous = OFF`)
  handle.pragma(`${asideSchema}.cache_size = -${cacheMegabytes * 1024}`)
}

async function isAttached(db: SqliteDatabase): Promise<boolean> {
  const found = await db.row(sql`SELECT 1 FROM pragma_database_list WHERE name = ${asideSchema}`)
  return found !== undefined
}
