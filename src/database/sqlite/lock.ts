import { closeSync, existsSync, openSync } from 'node:fs'
import Driver from 'better-sqlite3'

/**
 * An exclusive transaction on a file of its own beside the database; the operating system ends it
 * with the process, so there is nothing to unlock after a crash. The file is never deleted: that
 * would let two in. It is opened with `fs` only to be made, since closing a descriptor would drop
 * the locks that this process holds on the file.
 */
export function tryLock(databasePath: string): (() => Promise<void>) | undefined {
  if (databasePath === ':memory:') return () => Promise.resolve()
  const file = `${databasePath}.p2c-lock`
  if (!existsSync(file)) makeForOwnerOnly(file)
  const handle = new Driver(file, { timeout: 0 })
  try {
    handle.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    handle.close()
    if (error instanceof Driver.SqliteError && error.code.startsWith('SQLITE_BUSY')) return undefined
    throw error
  }
  return () => {
    handle.close()
    return Promise.resolve()
  }
}

function makeForOwnerOnly(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}
