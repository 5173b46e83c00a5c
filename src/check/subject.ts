import type { Database } from '../database/database.ts'
import type { TableInfo } from '../database/dialect.ts'
import { field } from '../domain/names.ts'
import { salesTable } from '../domain/sales.ts'

/** Columns that the upgrade is still going to write, by table; logical names. */
export type PendingColumns = Readonly<Partial<Record<'account' | 'contact', readonly string[]>>>

/** What the upgrade writes on a database that it has not touched. */
export const allColumns: PendingColumns = {
  account: [field.accountNumber],
  contact: [field.contactNumber, field.isActiveCustomer, field.isCompanyAnAccount],
}

/** Currencies and their ISO codes; there or not. */
export const currencyTable = 'transactioncurrencies'

/** The database under examination, as its catalogue has it. */
export interface Subject {
  readonly db: Database
  readonly pendingColumns: PendingColumns
  /** Tables that the upgrade needs, and the columns without which it cannot work. Logical names. */
  readonly required: ReadonlyMap<string, readonly string[]>
  /** The key column of a required table. */
  keyOf(logical: string): string
  /** The table, or view, of this logical name; undefined where there is none. */
  table(logical: string): TableInfo | undefined
  /** Whether the table has all of these columns (logical names). */
  has(logical: string, ...columns: readonly string[]): boolean
}

/** Reads the catalogue, once. */
export async function subjectOf(db: Database, pendingColumns: PendingColumns): Promise<Subject> {
  const required = requiredColumns(db)
  const found = new Map<string, TableInfo>()
  for (const logical of [...required.keys(), currencyTable]) {
    const info = await db.dialect.describeTable(db, db.names.tableName(logical))
    if (info) found.set(logical, info)
  }
  return {
    db,
    pendingColumns,
    required,
    keyOf: logical => required.get(logical)?.[0] ?? logical,
    table: logical => found.get(logical),
    has: (logical, ...columns) => {
      const there = new Set(found.get(logical)?.columns.map(column => column.name.toLowerCase()))
      return columns.every(column => there.has(db.names.columnName(column).toLowerCase()))
    },
  }
}

function requiredColumns(db: Database): Map<string, readonly string[]> {
  const columns = new Map<string, readonly string[]>()
  for (const name of ['account', 'contact'] as const) columns.set(name, salesTable(name).required)
  for (const { table, key, customer, customerType } of db.rules.sources)
    columns.set(table, [key, customer, ...(customerType === null ? [] : [customerType])])
  return columns
}
