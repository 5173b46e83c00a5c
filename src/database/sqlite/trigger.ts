import { identifier, raw, sql, textOf, type Sql } from '../../domain/sql.ts'
import type { SchemaObject } from '../dialect.ts'

/** A trigger that runs these statements for each row. */
export function trigger(name: string, event: Sql, body: readonly Sql[]): SchemaObject {
  const statements = body.map(statement => `  ${textOf(statement)};`).join('\n')
  return {
    name,
    create: `CREATE TRIGGER ${identifier(name).sql} ${textOf(event)}\nBEGIN\n${statements}\nEND`,
    drop: textOf(sql`DROP TRIGGER ${identifier(name)}`),
  }
}

/** A column of the row that fired the trigger. */
export function of(row: 'NEW' | 'OLD', column: Sql): Sql {
  return raw(`${row}.${column.sql}`)
}
