import type { Database } from '../database/database.ts'
import { identifier, join, literal, raw, sql, type Sql } from '../domain/sql.ts'
import { planTable, type Backfill } from './backfill.ts'

/**
 * Every value that the backfills changed, for `changes.csv`: run_id, migration, table_name,
 * row_id, column_name, old_value, new_value, changed_on, in no order. null where no backfill was
 * begun.
 */
export async function changesQuery(db: Database): Promise<Sql | null> {
  if (!(await db.dialect.describeTable(db, 'p2c_backfill'))) return null
  const backfills = await db.rows<{ migration: string; table_name: Backfill['table'] }>(
    sql`SELECT migration, table_name FROM p2c_backfill ORDER BY migration`,
  )
  const selects: Sql[] = []
  for (const { migration, table_name } of backfills) {
    const plan = planTable(table_name)
    const described = await db.dialect.describeTable(db, plan.sql)
    const names = described?.columns.map(column => column.name) ?? []
    for (const before of names.filter(name => name.startsWith('old_'))) {
      const name = before.slice('old_'.length)
      const value = (column: string) => sql`p.${identifier(column)}`
      // What is computed is a flag; a number has a column of its own.
      const isFlag = names.includes(`new_${name}`)
      const old = isFlag ? db.dialect.flagText(value(before)) : value(before)
      const after = isFlag
        ? db.dialect.flagText(value(`new_${name}`))
        : sql`coalesce(p.number, ${old})`
      selects.push(
        sql`SELECT b.run_id, b.migration, ${literal(db.names.tableName(table_name))} AS table_name, ${db.rules.keyText(raw('p.row_key'))} AS row_id,
            ${literal(name)} AS column_name, ${old} AS old_value, ${after} AS new_value, b.finished_on AS changed_on
          FROM p2c_batch AS b JOIN ${plan} AS p ON p.position BETWEEN b.first_position AND b.last_position
          WHERE b.migration = ${migration} AND b.direction = 'do' AND p.row_key IS NOT NULL AND ${old} IS DISTINCT FROM ${after}`,
      )
    }
  }
  if (selects.length === 0) return null
  return sql`SELECT * FROM (${join(selects, ' UNION ALL ')}) AS changes`
}
