import { existsSync } from 'node:fs'
import { chmod, open, rename, rm } from 'node:fs/promises'
import { exitStatus, P2cError } from '../../errors.ts'
import { isStop } from '../stop.ts'
import type { SqliteDatabase } from './open.ts'

/** Few enough for a copy to be stopped, or to let others write, many times a second. */
const pagesAtOnce = 1_000

/** Copies the database with SQLite's own backup; the file appears under its name only when whole. */
export async function backup(db: SqliteDatabase, file: string): Promise<void> {
  if (existsSync(file)) {
    throw new P2cError('BACKUP_EXISTS', {
      what: `the backup ${file} is there already`,
      must: 'a name that is free',
      next: 'Name another with --backup',
      exit: exitStatus.usage,
    })
  }
  const beside = `${file}.part`
  try {
    // What a run that was killed left behind.
    await rm(beside, { force: true })
    await db.handle.backup(beside, {
      progress: () => {
        db.heedStop()
        return pagesAtOnce
      },
    })
    await chmod(beside, 0o600)
    const copy = await open(beside, 'r+')
    await copy.sync().finally(() => copy.close())
    await rename(beside, file)
  } catch (cause) {
    await rm(beside, { force: true })
    if (isStop(cause)) throw cause
    throw new P2cError('BACKUP_FAILED', {
      what: `the backup ${file} could not be written`,
      must: 'a folder that exists, with room for a copy of the database',
      found: cause instanceof Error ? cause.message : String(cause),
      next: 'Nothing was changed. Make room or name another file',
      cause,
    })
  }
}
