import Driver from 'better-sqlite3'
import { sql } from '../../domain/sql.ts'
import type { SqliteDatabase } from './open.ts'

const usualCacheMegabytes = 16
/** For the look-up tables of a step: the default of 2 MB is too small to find accounts in. */
const leastTemporaryCacheMegabytes = 8
/** The log is copied into the database when it has so many pages: 64 MB, and a flush, at a time. */
const checkpointPages = 16_000

/**
 * Write-ahead logging while the work lasts: readers go on, and a batch costs one flush. The mode
 * is persistent, so the one that was there is written down first and put back by `endLongWork`,
 * after a crash by the run that goes on. Every commit is flushed (synchronous = FULL): what was
 * reported as done is on the disk.
 */
export async function beginLongWork(
  db: SqliteDatabase,
  cacheMegabytes = usualCacheMegabytes,
): Promise<void> {
  db.handle.pragma('synchronous = FULL')
  db.handle.pragma(`cache_size = -${cacheMegabytes * 1024}`)
  const temporary = Math.max(leastTemporaryCacheMegabytes, cacheMegabytes)
  db.handle.pragma(`temp.cache_size = -${temporary * 1024}`)
  db.handle.pragma(`wal_autocheckpoint = ${checkpointPages}`)
  const mode = db.handle.pragma('journal_mode', { simple: true })
  if (mode === 'wal' || mode === 'memory' || mode === 'off') return
  await db.change(
    sql`INSERT INTO p2c_setting (name, value) VALUES ('journal_mode', ${mode}) ON CONFLICT DO NOTHING`,
  )
  try {
    db.handle.pragma('journal_mode = WAL')
  } catch (error) {
    // Somebody reads just now: the old mode does as well, it only keeps readers out for moments.
    if (!(error instanceof Driver.SqliteError && error.code.startsWith('SQLITE_BUSY'))) throw error
  }
}

/** Puts the journal mode back; where another program's connection forbids it, the next run does. */
export async function endLongWork(db: SqliteDatabase): Promise<void> {
  const kept = await db.row<{ value: string }>(
    sql`SELECT value FROM p2c_setting WHERE name = 'journal_mode'`,
  )
  if (!kept || !/^(delete|truncate|persist)$/.test(kept.value)) return
  try {
    if (db.handle.pragma(`journal_mode = ${kept.value}`, { simple: true }) !== kept.value) return
  } catch {
    return
  }
  await db.change(sql`DELETE FROM p2c_setting WHERE name = 'journal_mode'`)
}
