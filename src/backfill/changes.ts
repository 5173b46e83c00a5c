import type { Database } from '../database/database.ts'
import { identifier, join, raw, sql, type Sql } from '../domain/sql.ts'
import { planTable, type Backfill } from './backfill.ts'

/** What a backfill changed. */
export interface Changes {
  readonly migration: string
  /** As the database calls it. */
  readonly table: string
  /** A query for the rows that were done: run_id, row_id (a GUID as it compares), changed_on, and values. */
  readonly rows: Sql
  /** The columns that were written, with their values as expressions over `rows`. */
  readonly columns: readonly { readonly name: string; readonly before: Sql; readonly after: Sql }[]
}

/** What the backfills changed, for `changes.csv`, by migration; none where no backfill was begun. */
export async function changesOf(db: Database): Promise<Changes[]> {
  if (!(await db.dialect.describeTable(db, 'p2c_backfill'))) return []
  const backfills = await db.rows<{ migration: string; table_name: Backfill['table'] }>(
    sql`SELECT migration, table_name FROM p2c_backfill ORDER BY migration`,
  )
  const changes: Changes[] = []
  for (const { migration, table_name } of backfills) {
    const plan = planTable(table_name)
    const described = await db.dialect.describeTable(db, plan.sql)
    const names = described?.columns.map(column => column.name) ?? []
    const images = names.filter(name => name.startsWith('old_'))
    if (images.length === 0) continue
    const values: Sql[] = []
    const columns = images.map((image, i) => {
      const name = image.slice('old_'.length)
      const [before, after] = [raw(`before_${i}`), raw(`after_${i}`)]
      const value = (column: string) => sql`p.${identifier(column)}`
      // What is computed is a flag; a number has a column of its own.
      const isFlag = names.includes(`new_${name}`)
      const old = isFlag ? db.dialect.flagText(value(image)) : value(image)
      const next = isFlag
        ? db.dialect.flagText(value(`new_${name}`))
        : sql`coalesce(p.number, ${old})`
      values.push(sql`${old} AS ${before}, ${next} AS ${after}`)
      return { name, before, after }
    })
    changes.push({
      migration,
      table: db.names.tableName(table_name),
      rows: sql`SELECT b.run_id, b.finished_on AS changed_on, ${db.rules.guid(raw('p.row_key'))} AS row_id, ${join(values, ', ')}
        FROM p2c_batch AS b JOIN ${plan} AS p ON p.position BETWEEN b.first_position AND b.last_position
        WHERE b.migration = ${migration} AND b.direction = 'do' AND p.row_key IS NOT NULL`,
      columns,
    })
  }
  return changes
}
