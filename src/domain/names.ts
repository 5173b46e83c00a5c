import type { Config } from '../config.ts'
import { identifier, raw, type Sql } from './sql.ts'

/**
 * Code speaks of tables and columns by their Dataverse logical names (`contact`,
 * `msdynce_contactnumber`); a customer's database may call them otherwise. A name that was not
 * configured stands for itself.
 */
export interface Names {
  /** The quoted name of a table. */
  table(logical: string): Sql
  /** The quoted name of a column, with its table or alias where one is given. */
  column(logical: string, of?: string): Sql
  /** The unquoted name of a table, for catalogues and messages. */
  tableName(logical: string): string
  /** The unquoted name of a column, for catalogues and messages. */
  columnName(logical: string): string
}

/** Logical names of the columns that p2c writes. */
export const field = {
  accountNumber: 'accountnumber',
  contactNumber: 'msdynce_contactnumber',
  isActiveCustomer: 'msdynce_isactivecustomer',
  isCompanyAnAccount: 'msdynce_iscompanyanaccount',
} as const

/** The names that the configuration gives. */
export function namesOf(config: Pick<Config, 'tables' | 'columns'>): Names {
  const tables: Readonly<Record<string, string>> = config.tables
  const columns = Object.fromEntries(
    Object.entries(field).map(([key, logical]) => [
      logical,
      config.columns[key as keyof typeof field],
    ]),
  )
  const tableName = (logical: string) => tables[logical] ?? logical
  const columnName = (logical: string) => columns[logical] ?? logical
  return {
    tableName,
    columnName,
    table: logical => identifier(tableName(logical)),
    column: (logical, of) => {
      const column = identifier(columnName(logical))
      return of === undefined ? column : raw(`${identifier(of).sql}.${column.sql}`)
    },
  }
}
