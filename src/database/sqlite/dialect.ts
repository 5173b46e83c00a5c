import Driver from 'better-sqlite3'
import type { ColumnType } from '../../domain/sales.ts'
import { empty, literal, raw, sql } from '../../domain/sql.ts'
import { P2cError } from '../../errors.ts'
import { numberer } from '../../numbering/format.ts'
import type { Database } from '../database.ts'
import type { Dialect } from '../dialect.ts'
import { clearAside, isAsidePossible, letGoOfAside, takeOverAside } from './aside.ts'
import { backup } from './backup.ts'
import { changeTracking, hasTriggers, takeNotes } from './change-tracking.ts'
import { csvField, csvNeedsQuotes } from './csv-field.ts'
import { diskSpace, missingPermissions } from './file.ts'
import { insertCounting } from './insert-counting.ts'
import { insertMany } from './insert-many.ts'
import { makeList, makeLookUp, workTable } from './list.ts'
import { liveSchema } from './live-schema.ts'
import { isLocked, tryLock } from './lock.ts'
import { beginLongWork, endLongWork } from './long-work.ts'
import type { SqliteDatabase } from './open.ts'
import { ranksInMemory, ranksInTables } from './ranks.ts'
import { rehearse, triggersFired } from './rehearsal.ts'
import { sequenceNumber } from './sequence-number.ts'
import { sequences } from './sequences.ts'

/** SQLite 3.44 and later for the upgrade itself, as better-sqlite3 brings it; what stays in the schema runs from 3.26 on. */
export const sqliteDialect: Dialect = {
  name: 'sqlite',
  queryBuilderClient: 'better-sqlite3',
  habits: { batchMillis: 250, writers: 1, insertsByKey: true },
  columnType,
  bytewiseText: raw('text'),
  flag: value => literal(value),
  readFlag: value => (value === null || value === undefined ? null : Boolean(value)),
  flagText: expression => sql`(CASE ${expression} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)`,
  asText: value => value,
  csvField,
  csvNeedsQuotes,
  computedOnce: raw('LIMIT -1 OFFSET 0'),
  // A blob sorts behind every text; NULLS LAST would keep the sorter from its quick comparisons.
  ascendingNullsLast: expression => sql`coalesce(${expression}, x'') ASC`,
  bytewise: expression => sql`${expression} COLLATE BINARY`,
  rowLocator: async (db, table) => {
    const found = await db.row<{ wr: number }>(
      sql`SELECT wr FROM pragma_table_list WHERE schema = 'main' AND lower(name) = lower(${table})`,
    )
    return found?.wr === 0 ? raw('rowid') : null
  },
  storagePlace: null,
  // Any column holds anything; but what looks like a number becomes one, unless it is of text.
  canHold: (_, __, { type }, value) =>
    Promise.resolve(typeof value === 'boolean' || !isNumeric(value) || !isOfNumbers(type)),
  areSameName: (one, other) => one.toLowerCase() === other.toLowerCase(),
  describeTable: async (db, name) => {
    const found = await db.row<{ name: string; type: string }>(
      sql`SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view') AND lower(name) = lower(${name})`,
    )
    if (!found) return undefined
    const columns = await db.rows<{ name: string; type: string; nullable: number; pk: number }>(
      sql`SELECT name, type, NOT "notnull" AS nullable, pk FROM pragma_table_xinfo(${found.name}) WHERE hidden <> 1 ORDER BY cid`,
    )
    return {
      name: found.name,
      kind: found.type === 'view' ? 'view' : 'table',
      columns: columns.map(column => ({
        name: column.name,
        type: column.type,
        nullable: Boolean(column.nullable),
      })),
      primaryKey: columns
        .filter(column => column.pk > 0)
        .sort((a, b) => a.pk - b.pk)
        .map(column => column.name),
    }
  },
  isUnique: async (db, table, column) => {
    const found = await db.row(
      sql`SELECT 1 FROM pragma_index_list(${table}) AS i WHERE i."unique" AND NOT i.partial
        AND (SELECT count(*) = 1 AND max(lower(c.name)) = lower(${column}) FROM pragma_index_info(i.name) AS c)`,
    )
    return found !== undefined
  },
  triggersFired: (db, table, columns) => triggersFired(sqlite(db), table, columns),
  isContested: () => false,
  faultOf: error => {
    const cause = error instanceof P2cError ? error.cause : error
    const code = cause instanceof Driver.SqliteError ? cause.code : ''
    if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return 'transient'
    return /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG)/.test(code) ? 'row' : 'fatal'
  },
  liveSchema,
  changeTracking,
  notersOfNew: [],
  takeNotes,
  takeNotesOfNew: () => Promise.resolve(),
  liveDdl: null,
  hasTriggers,
  // nanoid's randomness through a function of ours: as fast as SQL's, and made for keys.
  numberText: (db, format, sequence) => {
    const make = numberer(format)
    sqlite(db).handle.function('p2c_number', { deterministic: false }, (number: unknown) =>
      number === null ? null : make(Number(number)),
    )
    return sql`p2c_number(${sequence})`
  },
  sequenceNumber,
  sequences,
  typeOfKeyCopy: () => raw('text'),
  // Without a type a value is kept as what it is.
  typeOfValueCopy: () => empty,
  sampleOf: () => Promise.resolve(null),
  readWhole: raw('NOT INDEXED'),
  // Whoever writes has the whole database to himself.
  keptUntilCommit: empty,
  unlessTaken: empty,
  changeMark,
  salesMark: changeMark,
  rank: (db, rows) =>
    rows.areRowids ? Promise.resolve(ranksInMemory(sqlite(db), rows)) : ranksInTables(db, rows),
  blocksItsThread: true,
  insertMany: (db, table, columns, rows) => insertMany(sqlite(db), table, columns, rows),
  insertCounting: (db, insertion, conditions) => insertCounting(sqlite(db), insertion, conditions),
  // Its planner asks for nothing but indexes, and takes every table for a large one.
  renewStatistics: () => Promise.resolve(),
  clusteredByKey: raw('WITHOUT ROWID'),
  workTable: (db, name) => workTable(sqlite(db), name),
  workAside: {
    isPossible: db => isAsidePossible(sqlite(db)),
    takeOver: (db, name) => takeOverAside(sqlite(db), name),
    letGo: (db, name) => letGoOfAside(sqlite(db), name),
    clear: db => clearAside(sqlite(db)),
  },
  makeList: (db, list) => makeList(sqlite(db), list),
  makeLookUp: (db, lookUp) => makeLookUp(sqlite(db), lookUp),
  createViewIfMissing: raw('CREATE VIEW IF NOT EXISTS'),
  countingKey: raw('integer PRIMARY KEY'),
  rehearse: (db, statements) => Promise.resolve(rehearse(sqlite(db), statements)),
  tryLock: db => Promise.resolve(tryLock(sqlite(db).path)),
  isLocked: db => Promise.resolve(isLocked(sqlite(db).path)),
  beginLongWork: (db, cacheMegabytes) => beginLongWork(sqlite(db), cacheMegabytes),
  endLongWork: db => endLongWork(sqlite(db)),
  missingPermissions: db => Promise.resolve(missingPermissions(sqlite(db).path)),
  pagesTaken: () => Promise.resolve(null),
  diskSpace: db => diskSpace(sqlite(db)),
  folderFor: (db, purpose) => `${sqlite(db).path}.p2c/${purpose}`,
  backup: (db, file) => backup(sqlite(db), file),
  dumpSchema: async db => {
    const objects = await db.rows<{ sql: string }>(
      sql`SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type = 'trigger', type = 'index', tbl_name, name`,
    )
    return objects.map(object => `${object.sql};\n`).join('\n')
  },
}

function columnType(type: ColumnType): string {
  switch (type.kind) {
    case 'flag':
    case 'integer':
    case 'choice':
      return 'INTEGER'
    case 'decimal':
      return 'NUMERIC'
    default:
      return 'TEXT'
  }
}

/** Whether the affinity of a type makes numbers of texts that look like one. */
function isOfNumbers(type: string): boolean {
  return /int/i.test(type) || !/char|clob|text|blob|^$/i.test(type)
}

function isNumeric(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text))
}

/** A Database of this dialect is always one that `openSqlite` made. */
function sqlite(db: Database): SqliteDatabase {
  return db as SqliteDatabase
}

/** SQLite counts what other connections have committed. */
function changeMark(db: Database): Promise<number> {
  return Promise.resolve(Number(sqlite(db).handle.pragma('data_version', { simple: true })))
}
