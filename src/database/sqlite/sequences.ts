import { literal, sql, textOf } from '../../domain/sql.ts'
import type { Database } from '../database.ts'
import type { Sequences } from '../dialect.ts'

/** A table with a row each; whoever writes has the whole database to himself anyway. */
export const sequences: Sequences = {
  tables: () => [
    `CREATE TABLE IF NOT EXISTS p2c_number_sequence (
    name text NOT NULL PRIMARY KEY,
    format text NOT NULL,
    next_value bigint NOT NULL
)`,
  ],
  make: (name, format, seed) => [
    textOf(sql`INSERT INTO p2c_number_sequence (name, format, next_value) VALUES (${literal(name)}, ${literal(format)}, ${literal(seed)})
        ON CONFLICT (name) DO UPDATE SET format = excluded.format, next_value = CASE WHEN excluded.next_value > p2c_number_sequence.next_value THEN excluded.next_value ELSE p2c_number_sequence.next_value END`),
  ],
  next,
  takeBlock: async (db, name, atLeast, count) => {
    if (count === 0) return atLeast
    const first = Math.max(atLeast, await next(db, name))
    await db.change(
      sql`UPDATE p2c_number_sequence SET next_value = ${first + count} WHERE name = ${name}`,
    )
    return first
  },
}

async function next(db: Database, name: string): Promise<number> {
  const row = await db.row<{ next_value: number }>(
    sql`SELECT next_value FROM p2c_number_sequence WHERE name = ${name}`,
  )
  return row?.next_value ?? 0
}
