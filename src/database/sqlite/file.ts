import { accessSync, constants } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { sql } from '../../domain/sql.ts'
import type { SqliteDatabase } from './open.ts'

/** SQLite writes its journal beside the database, so the folder must be writable too. */
export function missingPermissions(path: string): string[] {
  return [path, dirname(path)].filter(place => !mayWrite(place)).map(place => `write ${place}`)
}

/** The size of the database, and what this user may still write on its disk. */
export async function diskSpace(
  db: SqliteDatabase,
): Promise<{ databaseBytes: number; freeBytes: number } | null> {
  const size = await db.row<{ bytes: number }>(
    sql`SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size`,
  )
  const disk = await statfs(dirname(db.path))
  return { databaseBytes: size?.bytes ?? 0, freeBytes: disk.bavail * disk.bsize }
}

/** Asks without opening: closing a descriptor would drop the locks that SQLite holds on the file. */
function mayWrite(place: string): boolean {
  try {
    accessSync(place, constants.W_OK)
    return true
  } catch {
    return false
  }
}
