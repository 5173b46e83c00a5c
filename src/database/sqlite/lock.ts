import { accessSync, closeSync, constants, existsSync, openSync } from 'node:fs'
import Driver from 'better-sqlite3'
import { exitStatus, P2cError } from '../../errors.ts'

/** Long enough for somebody who only looks whether the lock is held. */
const waitMillis = 250

/**
 * An exclusive transaction on a file of its own beside the database; the operating system ends it
 * with the process, so there is nothing to unlock after a crash. The file is never deleted: that
 * would let two in. It is opened with `fs` only to be made, since closing a descriptor would drop
 * the locks that this process holds on the file.
 */
export function tryLock(databasePath: string): (() => Promise<void>) | undefined {
  if (databasePath === ':memory:') return () => Promise.resolve()
  const file = lockFile(databasePath)
  if (!existsSync(file)) makeForOwnerOnly(file)
  mustBeWritable(file)
  const handle = new Driver(file, { timeout: waitMillis })
  try {
    handle.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    handle.close()
    if (isBusy(error)) return undefined
    throw error
  }
  return () => {
    handle.close()
    return Promise.resolve()
  }
}

/** On a file that may only be read SQLite would grant an exclusive transaction to everyone. */
function mustBeWritable(file: string): void {
  try {
    accessSync(file, constants.R_OK | constants.W_OK)
  } catch (cause) {
    throw new P2cError('LOCK_UNUSABLE', {
      what: `the lock file ${file} cannot be used`,
      must: 'a file that this user may read and write',
      found: cause instanceof Error ? cause.message : String(cause),
      next: 'Run p2c as the user who made it, or give this user the right; do not delete it while p2c runs',
      exit: exitStatus.usage,
      cause,
    })
  }
}

function makeForOwnerOnly(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

/** Whether somebody holds the lock; does not take it. */
export function isLocked(databasePath: string): boolean {
  const file = lockFile(databasePath)
  if (databasePath === ':memory:' || !existsSync(file)) return false
  const handle = new Driver(file, { readonly: true, timeout: 0 })
  try {
    handle.prepare('SELECT 1 FROM sqlite_master').get()
    return false
  } catch (error) {
    if (isBusy(error)) return true
    throw error
  } finally {
    handle.close()
  }
}

function lockFile(databasePath: string): string {
  return `${databasePath}.p2c-lock`
}

function isBusy(error: unknown): boolean {
  return error instanceof Driver.SqliteError && error.code.startsWith('SQLITE_BUSY')
}
