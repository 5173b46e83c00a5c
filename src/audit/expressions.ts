import { columnOf } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import { raw, sql, type Sql } from '../domain/sql.ts'

/** Yes or no as a file has it: `true`, `false`, or nothing. */
export function yesOrNo(condition: Sql): Sql {
  return sql`(CASE WHEN ${condition} THEN 'true' WHEN NOT (${condition}) THEN 'false' END)`
}

/** A column of a Sales table (called `alias`), or NULL where the table has none of this name. */
export async function columnOrNull(
  db: Database,
  table: string,
): Promise<(column: string, alias: string, kind?: 'flag') => Sql> {
  const info = await db.dialect.describeTable(db, db.names.tableName(table))
  return (column, alias, kind) => {
    if (columnOf(db, info, column)) return db.names.column(column, alias)
    // Elsewhere in the statement it is taken for a condition, which a text cannot be.
    return kind === undefined
      ? raw('NULL')
      : sql`CAST(NULL AS ${raw(db.dialect.columnType({ kind }))})`
  }
}
