import { join, raw, sql, type Sql } from '../../domain/sql.ts'
import type { CountedInsert, Insertion } from '../dialect.ts'
import type { PostgresDatabase } from './open.ts'

/** Inserts and counts in one statement, which reads the rows once. */
export async function insertCounting(
  db: PostgresDatabase,
  { into, columns, from }: Insertion,
  conditions: readonly Sql[],
): Promise<CountedInsert> {
  const value = (i: number) => raw(`value_${i}`)
  const condition = (i: number) => raw(`condition_${i}`)
  // Outside of INSERT a NULL that nobody gave a type would be a text.
  const taken = [
    ...columns.map(({ value: is, type }, i) => sql`CAST(${is} AS ${raw(type)}) AS ${value(i)}`),
    ...conditions.map((is, i) => sql`(${is}) AS ${condition(i)}`),
  ]
  const counts = conditions.map(
    (_, i) => sql`count(*) FILTER (WHERE ${condition(i)}) AS ${condition(i)}`,
  )
  const row = await db.row<Record<string, number>>(
    sql`WITH taken AS MATERIALIZED (SELECT ${join(taken)} ${from}),
      inserted AS (INSERT INTO ${into} (${join(columns.map(({ name }) => name))}) SELECT ${join(columns.map((_, i) => value(i)))} FROM taken RETURNING 1)
      SELECT ${join([sql`(SELECT count(*) FROM inserted) AS inserted`, ...counts])} FROM taken`,
  )
  const number = (name: string) => Number(row?.[name] ?? 0)
  return {
    inserted: number('inserted'),
    counts: conditions.map((_, i) => number(condition(i).sql)),
  }
}
