import type { SalesColumn, SalesTable } from '../domain/sales.ts'
import { join, raw, sql, textOf } from '../domain/sql.ts'
import type { Database } from './database.ts'

/** What DDL must know of a column. */
export type ColumnToMake = Pick<SalesColumn, 'name' | 'type'>

/** What DDL must know of a table. */
export type TableToMake = Pick<SalesTable, 'key' | 'columns'> & { readonly name: string }

/** The columns that every table made by p2c has. */
export function standardColumns(table: TableToMake): ColumnToMake[] {
  return table.columns.filter(column => column.standard)
}

/**
 * The CREATE TABLE of a Sales table, under the configured names, for a table that is not there.
 * Only the key is compulsory: an extract may leave anything else empty. On SQLite the table keeps
 * its rowid, which is what makes a backfill in storage order possible.
 *
 * @param columns the standard ones where nothing is said
 */
export function createSalesTable(
  db: Pick<Database, 'names' | 'dialect'>,
  table: TableToMake,
  columns: readonly ColumnToMake[] = standardColumns(table),
): string {
  const definitions = columns.map(({ name, type }) => {
    const constraint = raw(name === table.key ? ' NOT NULL PRIMARY KEY' : '')
    return sql`\n  ${db.names.column(name)} ${raw(db.dialect.columnType(type))}${constraint}`
  })
  return textOf(sql`CREATE TABLE ${db.names.table(table.name)} (${join(definitions, ',')}\n)`)
}
