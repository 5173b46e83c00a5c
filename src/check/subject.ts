import { columnOf } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import type { ColumnInfo, TableInfo } from '../database/dialect.ts'
import { field } from '../domain/names.ts'
import { currencies, salesTable } from '../domain/sales.ts'
import { preview } from '../numbering/format.ts'
import { formatOf, type SequenceName } from '../numbering/sequence.ts'

/** Columns that the upgrade is still going to write, by table; logical names. */
export type PendingColumns = Readonly<Partial<Record<'account' | 'contact', readonly string[]>>>

/** What the upgrade writes on a database that it has not touched. */
export const allColumns: PendingColumns = {
  account: [field.accountNumber],
  contact: [field.contactNumber, field.isActiveCustomer, field.isCompanyAnAccount],
}

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
  /** Columns that are there, and cannot hold what the upgrade writes: `contact.name (type)`. */
  readonly unfit: readonly string[]
  /** Whether the table has all of these columns (logical names), and none of them is unfit. */
  has(logical: string, ...columns: readonly string[]): boolean
}

/** Reads the catalogue, once. */
export async function subjectOf(db: Database, pendingColumns: PendingColumns): Promise<Subject> {
  const required = requiredColumns(db)
  const found = new Map<string, TableInfo>()
  for (const logical of [...required.keys(), currencies.table]) {
    const info = await db.dialect.describeTable(db, db.names.tableName(logical))
    if (info) found.set(logical, info)
  }
  const unfit = await unfitColumns(db, found)
  return {
    db,
    pendingColumns,
    required,
    unfit: unfit.map(({ table, name, type }) => `${table}.${name} (${type})`),
    keyOf: logical => required.get(logical)?.[0] ?? logical,
    table: logical => found.get(logical),
    has: (logical, ...columns) => {
      const isFit = ({ name }: ColumnInfo) =>
        !unfit.some(one => one.logical === logical && one.name === name)
      return columns.every(column => {
        const there = columnOf(db, found.get(logical), column)
        return there !== undefined && isFit(there)
      })
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

interface UnfitColumn extends ColumnInfo {
  readonly logical: string
  /** As the database calls it. */
  readonly table: string
}

/** What the upgrade writes, wherever the column is there already. */
const written = {
  account: { [field.accountNumber]: 'account' },
  contact: {
    [field.contactNumber]: 'contact',
    [field.isActiveCustomer]: 'flag',
    [field.isCompanyAnAccount]: 'flag',
  },
} as const satisfies Record<'account' | 'contact', Record<string, SequenceName | 'flag'>>

async function unfitColumns(
  db: Database,
  found: ReadonlyMap<string, TableInfo>,
): Promise<UnfitColumn[]> {
  const unfit: UnfitColumn[] = []
  for (const [logical, columns] of Object.entries(written))
    for (const [column, holds] of Object.entries(columns)) {
      const table = found.get(logical)
      const there = columnOf(db, table, column)
      if (!table || !there) continue
      const value =
        holds === 'flag' ? true : preview(formatOf(db, holds), db.config.numbering[holds].seed)
      if (!(await db.dialect.canHold(db, table.name, there, value)))
        unfit.push({ ...there, logical, table: table.name })
    }
  return unfit
}
