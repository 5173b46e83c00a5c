import { openCsvSource, type CsvSource } from '../csv/read.ts'
import { columnOf } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import type { TableInfo } from '../database/dialect.ts'
import { createSalesTable } from '../database/sales-tables.ts'
import { sql } from '../domain/sql.ts'
import { exitStatus, P2cError } from '../errors.ts'
import type { WarningEvent } from '../events.ts'
import { columnMapFor } from './column-map.ts'
import { extractTables, type ExtractColumn, type ExtractTable } from './extract.ts'
import { findFiles, type FoundFile } from './find-files.ts'
import { mapHeader, type MappedColumn } from './header.ts'
import { warning, type ImportOptions } from './result.ts'
import type { ReadColumn, Reading } from './read-rows.ts'
import { timeParserOf } from './times.ts'

/** A column of the file that goes into a column of the table. */
export interface TakenColumn extends MappedColumn {
  /** The type of the table's own column. */
  readonly sqlType: string
}

/** A file of which everything is known but its rows. */
export interface PreparedFile {
  readonly table: ExtractTable
  readonly file: string
  readonly source: CsvSource
  readonly reading: Reading
  readonly columns: readonly TakenColumn[]
  /** The place of the key among the columns. */
  readonly keyAt: number
  /** Whether the table is there already. */
  readonly tableExists: boolean
  readonly unknownColumns: readonly string[]
}

/** All that can be known, and refused, before anything is written. */
export interface Preparation {
  readonly files: readonly PreparedFile[]
  /** Statements that make the missing tables, by logical name. */
  readonly tablesToMake: ReadonlyMap<string, string>
  readonly warnings: readonly WarningEvent[]
}

/**
 * Reads the headers and compares them with the tables.
 *
 * @throws P2cError (exit 2) for a folder, a header, a map or a format that cannot be used, and for
 * tables that are missing or cannot be written by key
 */
export async function prepare(db: Database, options: ImportOptions): Promise<Preparation> {
  const { files: found, strangers } = await findFiles(options.from)
  const warnings: WarningEvent[] = strangers.map(file =>
    warning('FILE_UNKNOWN', `${file} is no part of an extract and was left out`),
  )
  const tables = new Map<string, TableInfo>()
  for (const { name } of extractTables) {
    const info = await db.dialect.describeTable(db, db.names.tableName(name))
    if (info?.kind === 'table') tables.set(name, info)
  }
  const missing = found.filter(({ table }) => !tables.has(table.name))
  if (missing.length > 0 && !options.create) throw tablesMissing(db, missing)

  const files: PreparedFile[] = []
  for (const one of found)
    files.push(await prepareFile(db, options, one, tables.get(one.table.name), warnings))
  return {
    files,
    tablesToMake: options.create ? tablesToMake(db, tables, files) : new Map(),
    warnings,
  }
}

async function prepareFile(
  db: Database,
  options: ImportOptions,
  { table, file, path }: FoundFile,
  info: TableInfo | undefined,
  warnings: WarningEvent[],
): Promise<PreparedFile> {
  const source = await openCsvSource(path)
  const map = columnMapFor(options.map ?? {}, table)
  const mapping = mapHeader(path, table, source.header, db.names, map)
  const { dateFormat } = options
  // Refused before anything is changed; whoever reads makes a parser of its own.
  if (dateFormat !== undefined) timeParserOf(dateFormat)
  const absent: string[] = []
  const columns = mapping.columns.flatMap(mapped => {
    const { column, header } = mapped
    const sqlType = sqlTypeOf(db, column, info)
    if (sqlType === undefined) absent.push(header)
    return sqlType === undefined ? [] : [{ ...mapped, sqlType }]
  })
  const warn = (code: string, headers: readonly string[], why: string) => {
    if (headers.length > 0) warnings.push(warning(code, `${file}: ${why}: ${headers.join(', ')}`))
  }
  warn('COLUMN_UNKNOWN', mapping.unknown, 'left out, because nobody knows these columns')
  warn('COLUMN_MISSING', absent, 'left out, because the table has no such columns')
  warn('COLUMN_REPEATED', mapping.repeated, 'left out, because other columns say the same')
  warn('LOOKUP_BY_NAME', mapping.byName, 'left out, because these columns have names and not ids')
  const keyAt = columns.findIndex(({ column }) => column.name === table.key)
  if (info) await refuseUnusableKey(db, table, info, keyAt)
  const tableExists = info !== undefined
  const unknownColumns = mapping.unknown
  const reading = { path, columns: columns.map(readColumn), keyAt, dateFormat }
  return { table, file, source, reading, columns, keyAt, tableExists, unknownColumns }
}

function readColumn({ at, header, column: { type }, sqlType }: TakenColumn): ReadColumn {
  return { at, header, type, typeCodes: /int/i.test(sqlType) }
}

/** undefined where the table has no such column, and will have none. */
function sqlTypeOf(
  db: Database,
  column: ExtractColumn,
  info: TableInfo | undefined,
): string | undefined {
  if (!info) return column.isOfUpgrade ? undefined : db.dialect.columnType(column.type)
  return columnOf(db, info, column.name)?.type
}

function tablesToMake(
  db: Database,
  tables: ReadonlyMap<string, TableInfo>,
  files: readonly PreparedFile[],
): Map<string, string> {
  const statements = new Map<string, string>()
  for (const table of extractTables) {
    const brought = files.find(file => file.table === table)?.columns.map(({ column }) => column)
    if (tables.has(table.name) || (!table.isSales && !brought)) continue
    const columns = table.columns.filter(column => column.standard || brought?.includes(column))
    statements.set(table.name, createSalesTable(db, table, columns))
  }
  return statements
}

/** A table that somebody else made may have no key, and then rows that share one. */
async function refuseUnusableKey(
  db: Database,
  table: ExtractTable,
  info: TableInfo,
  keyAt: number,
): Promise<void> {
  const name = db.names.columnName(table.key)
  if (keyAt < 0) {
    throw new P2cError('COLUMN_MISSING', {
      what: `the table ${info.name} has no column "${name}"`,
      must: 'the key of each row',
      next: 'Name the table, or its column, in the configuration',
      exit: exitStatus.usage,
    })
  }
  const [first = '', ...others] = info.primaryKey
  if (others.length === 0 && db.dialect.areSameName(first, name)) return
  const key = db.names.column(table.key)
  const twice = await db.row<{ key: unknown }>(
    sql`SELECT ${key} AS key FROM ${db.names.table(table.name)} WHERE ${key} IS NOT NULL GROUP BY ${key} HAVING count(*) > 1 LIMIT 1`,
  )
  if (!twice) return
  throw new P2cError('KEY_DUPLICATE', {
    what: `the table ${info.name} has rows with the same ${name}`,
    must: 'one row for each key',
    found: `${String(twice.key)} more than once`,
    next: 'Look at them with "p2c check", and delete all but one of each',
    exit: exitStatus.usage,
  })
}

function tablesMissing(db: Database, missing: readonly FoundFile[]): P2cError {
  const names = missing.map(({ table }) => db.names.tableName(table.name))
  return new P2cError('TABLE_MISSING', {
    what: `the database has no table ${names.join(', ')}`,
    must: 'a table for each file of the extract',
    found: `${missing.map(({ file }) => file).join(', ')} without a table, in ${db.identity}`,
    next: 'Let import make the tables with --create, or name them under "tables" in the configuration',
    exit: exitStatus.usage,
  })
}
