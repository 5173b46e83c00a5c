import { literal, sql, type Sql } from '../../domain/sql.ts'

/**
 * The statement that notes rows of a table for the sync. A row that is noted already is written
 * again: so it is locked, and whoever takes it up leaves it for the next time instead of missing
 * what is not committed yet.
 *
 * @param keys a query for their GUIDs, as they compare, none of them twice
 */
export function noted(table: string, keys: Sql): Sql {
  return sql`INSERT INTO p2c_changed_row (table_name, row_key) SELECT ${literal(table)}, k.key FROM (${keys}) AS k (key) ORDER BY 2
    ON CONFLICT (table_name, row_key) DO UPDATE SET row_key = excluded.row_key`
}
