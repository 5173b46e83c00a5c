import type { Database } from '../../src/database/database.ts'
import { createSalesTable, standardColumns } from '../../src/database/sales-tables.ts'
import { field } from '../../src/domain/names.ts'
import { salesTable, salesTables, type SalesTableName } from '../../src/domain/sales.ts'
import { identifier, join, raw, sql, textOf } from '../../src/domain/sql.ts'

type Value = string | number | boolean | null

/**
 * The statement that makes a Sales table in which GUIDs are text, whatever the engine has for them:
 * so are copies of on-premises databases, with GUIDs in upper case and braces.
 */
export function salesTableOfText(
  ...[db, table, columns]: Parameters<typeof createSalesTable>
): string {
  return createSalesTable(db, table, columns).replaceAll(/ uuid\b/g, ' text')
}

/**
 * Makes the five Sales tables with their standard columns, the three fields of the contact and
 * the indexes on the numbers, as they are once the fields are applied.
 *
 * @param more further columns by table, for instance those that an extract may bring
 * @param create how a table is made
 */
export async function makeSales(
  db: Database,
  more: Partial<Record<SalesTableName, readonly string[]>> = {},
  create = createSalesTable,
): Promise<void> {
  for (const table of salesTables) {
    const extra = table.columns.filter(column => more[table.name]?.includes(column.name))
    await db.script(create(db, table, [...standardColumns(table), ...extra]))
  }
  const contact = db.names.table('contact')
  const add = (column: string, type: string) =>
    textOf(sql`ALTER TABLE ${contact} ADD COLUMN ${db.names.column(column)} ${raw(type)}`)
  const flag = db.dialect.columnType({ kind: 'flag' })
  await db.script(add(field.contactNumber, db.dialect.columnType({ kind: 'text', maxLength: 20 })))
  await db.script(add(field.isActiveCustomer, flag))
  await db.script(add(field.isCompanyAnAccount, flag))
  const index = (table: SalesTableName, column: string) =>
    textOf(
      sql`CREATE INDEX ${identifier(`${table}_${column}`)} ON ${db.names.table(table)} (${db.names.column(column)})`,
    )
  await db.script(index('account', field.accountNumber))
  await db.script(index('contact', field.contactNumber))
}

/** Inserts rows with columns by their logical names. */
export async function insertRows(
  db: Database,
  table: SalesTableName,
  rows: readonly Readonly<Record<string, Value>>[],
): Promise<void> {
  for (const row of rows) {
    const columns = Object.keys(row).map(column => db.names.column(column))
    await db.change(
      sql`INSERT INTO ${db.names.table(table)} (${join(columns)}) VALUES (${join(Object.values(row))})`,
    )
  }
}

/** A GUID that is the same wherever it is asked for: of a table and a count. */
export function guidOf(table: SalesTableName, n: number): string {
  const first = salesTables.indexOf(salesTable(table)) + 1
  return `${String(first).padStart(8, '0')}-0000-4000-8000-${String(n).padStart(12, '0')}`
}
