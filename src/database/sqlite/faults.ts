import { exitStatus, P2cError, type Complaint } from '../../errors.ts'

const complaints: Readonly<Record<string, [code: string, (path: string) => Complaint]>> = {
  SQLITE_NOTADB: [
    'DATABASE_UNREADABLE',
    path => ({
      what: `${path} is no SQLite database`,
      must: 'a SQLite 3 file',
      found: 'other content, or an encrypted database',
      next: 'Name the database with --database sqlite:PATH',
      exit: exitStatus.usage,
    }),
  ],
  SQLITE_CANTOPEN: [
    'DATABASE_UNREADABLE',
    path => ({
      what: `${path} cannot be opened`,
      must: 'a file that this user may read, in a folder that this user may write',
      next: 'Look at the rights of the file and of its folder',
      exit: exitStatus.usage,
    }),
  ],
  SQLITE_READONLY: [
    'DATABASE_READ_ONLY',
    path => ({
      what: `${path} cannot be written`,
      must: 'a file and a folder that this user may write',
      next: 'Change the rights, or work on a copy',
      exit: exitStatus.usage,
    }),
  ],
  SQLITE_FULL: [
    'DISK_FULL',
    path => ({
      what: `the disk of ${path} is full`,
      must: 'room for the database and for its journal',
      next: 'Make room and run the same command again; it goes on where it was',
    }),
  ],
  SQLITE_BUSY: [
    'DATABASE_BUSY',
    path => ({
      what: `another program holds ${path}`,
      must: 'a database that others write only for moments',
      next: 'Close the other program, or wait, and run the same command again',
    }),
  ],
  SQLITE_CORRUPT: [
    'DATABASE_CORRUPT',
    path => ({
      what: `${path} is damaged`,
      must: 'a database that passes PRAGMA integrity_check',
      next: 'Restore it from a backup',
    }),
  ],
  SQLITE_IOERR: [
    'DISK_FAILED',
    path => ({
      what: `the disk of ${path} failed`,
      must: 'a disk that can be read and written',
      next: 'Look at the disk, and run the same command again; it goes on where it was',
    }),
  ],
}

/** A fault of SQLite in words that help; any other error as it is. */
export function explain(error: unknown, path: string): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  if (error.name !== 'SqliteError' || !('code' in error)) return error
  const sqliteCode = String(error.code)
  const known = Object.keys(complaints).find(code => sqliteCode.startsWith(code))
  const complaint = known === undefined ? undefined : complaints[known]
  if (complaint === undefined) return error
  const [code, tell] = complaint
  return new P2cError(code, {
    found: `${sqliteCode}: ${error.message}`,
    ...tell(path),
    cause: error,
  })
}
