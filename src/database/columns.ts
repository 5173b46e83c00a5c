import type { Sql } from '../domain/sql.ts'
import type { Database } from './database.ts'
import type { ColumnInfo, TableInfo } from './dialect.ts'

/** The column of a table by its logical name; undefined where the table has none. */
export function columnOf(
  { names, dialect }: Pick<Database, 'names' | 'dialect'>,
  table: TableInfo | undefined,
  column: string,
): ColumnInfo | undefined {
  const wanted = names.columnName(column)
  return table?.columns.find(({ name }) => dialect.areSameName(name, wanted))
}

/** A column as the catalogue has it, by logical names; undefined where there is none. */
export async function findColumn(
  db: Database,
  table: string,
  column: string,
): Promise<ColumnInfo | undefined> {
  return columnOf(db, await db.dialect.describeTable(db, db.names.tableName(table)), column)
}

/** The type of a column that keeps copies of a table's key; names are logical. */
export async function keyCopyType(db: Database, table: string, key: string): Promise<Sql> {
  return db.dialect.typeOfKeyCopy(await existingColumn(db, table, key))
}

/** The type of a column that keeps exact copies of another's values; names are logical. */
export async function valueCopyType(db: Database, table: string, column: string): Promise<Sql> {
  return db.dialect.typeOfValueCopy(await existingColumn(db, table, column))
}

async function existingColumn(db: Database, table: string, column: string): Promise<ColumnInfo> {
  const found = await findColumn(db, table, column)
  if (!found) throw new RangeError(`no column ${table}.${column}`)
  return found
}
