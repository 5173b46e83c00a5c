import type { Database } from '../database/database.ts'
import { noteProgress, now, type Run } from '../database/history.ts'
import { any, empty, join, literal, raw, sql, type Sql } from '../domain/sql.ts'
import type { Work } from '../events.ts'
import { restoreRows } from './apply.ts'
import { forAllRows, planTable, type Backfill } from './backfill.ts'
import { doneRanges } from './claims.ts'
import { paceOf } from './pace.ts'
import { findPlan, imagesOf } from './plan.ts'
import { lengthOf, type Range } from './range.ts'
import { withRetries } from './retry.ts'

/**
 * Values of people that undoing would take away: table_name, row_id, column_name, written_value,
 * current_value. That is a number which is not the one p2c gave, and a flag which differs from the
 * documents and companies (else the triggers keep it). Rows that are restored already do not count.
 *
 * @param dropped whether the number's column goes altogether, with the numbers that others gave
 */
export async function editsQuery(
  db: Database,
  migration: string,
  backfill: Backfill,
  dropped: boolean,
): Promise<Sql> {
  const { names, rules } = db
  const plan = planTable(backfill.table)
  const key = names.column(backfill.key, 't')
  const table = sql`${names.table(backfill.table)} AS t`
  const row = (column: string, written: Sql, current: Sql) =>
    sql`SELECT ${literal(names.tableName(backfill.table))} AS table_name, ${rules.keyText(key)} AS row_id, ${literal(names.columnName(column))} AS column_name, ${written} AS written_value, ${current} AS current_value`
  const lookUp = await forAllRows(db, backfill, 't')
  const { own, planned } = await identities(db, backfill)
  const { column, sequence } = backfill.number
  const number = names.column(column, 't')
  const written = writtenNumber(db, backfill)
  const isDone = any(
    (await rangesToUndo(db, migration)).map(
      ({ first, last }) => sql`p.position BETWEEN ${first} AND ${last}`,
    ),
  )
  const edits = [
    sql`${row(column, written, number)} FROM ${plan} AS p JOIN ${table} ON ${own} = ${planned}
      WHERE ${isDone} AND ${number} IS DISTINCT FROM ${written}`,
    ...Object.entries(backfill.set).map(([flag, computed]) => {
      const value = names.column(flag, 't')
      const should = computed(db, 't', lookUp)
      const text = (flag: Sql) => db.dialect.flagText(flag)
      return sql`${row(flag, text(should), text(value))} FROM ${table} WHERE ${isWrong(value, should)}`
    }),
  ]
  if (dropped) {
    edits.push(
      sql`${row(column, raw('NULL'), number)} FROM ${table} WHERE NOT ${rules.hasNoNumber(number)}
        AND ${own} NOT IN (SELECT known.place FROM (SELECT ${planned} AS place FROM ${plan} AS p) AS known WHERE known.place IS NOT NULL)
        AND ${number} NOT IN (SELECT number FROM p2c_given_number WHERE sequence = ${sequence})`,
    )
  }
  return join(edits, ' UNION ALL ')
}

/** The number that a row of the plan, called `p`, has from it: the new one, or the one that it kept. */
export function writtenNumber(db: Database, { number }: Backfill): Sql {
  return sql`coalesce(p.number, p.${imagesOf(db, number.column).before})`
}

/** Whether a flag is there, and is not what it should be. */
export function isWrong(value: Sql, should: Sql): Sql {
  return sql`(${value} IS NOT NULL AND ${value} IS DISTINCT FROM ${should})`
}

/** The positions that are done and not undone, in their order. Undoing goes from the first to the last. */
export async function rangesToUndo(db: Database, migration: string): Promise<Range[]> {
  const plan = await findPlan(db, migration)
  if (!plan) return []
  const row = await db.row<{ position: number | null }>(
    sql`SELECT max(last_position) AS position FROM p2c_batch WHERE migration = ${migration} AND direction = 'undo'`,
  )
  const undone = Number(row?.position ?? 0)
  return (await doneRanges(db, migration, plan.rows))
    .filter(({ last }) => last > undone)
    .map(({ first, last }) => ({ first: Math.max(first, undone + 1), last }))
}

/**
 * What tells a row of the table, called `t`, and what the plan, called `p`, has of it: places,
 * where rows have them, by the plan's hint or else by the key; NULL where the row is gone.
 */
async function identities(db: Database, backfill: Backfill): Promise<{ own: Sql; planned: Sql }> {
  const { names } = db
  const locator = await db.dialect.rowLocator(db, names.tableName(backfill.table))
  if (!locator) return { own: names.column(backfill.key, 't'), planned: raw('p.row_key') }
  const place = (is: Sql) =>
    sql`(SELECT h.${locator} FROM ${names.table(backfill.table)} AS h WHERE ${names.column(backfill.key, 'h')} = p.row_key${is})`
  return {
    own: sql`t.${locator}`,
    planned: sql`coalesce(${place(sql` AND h.${locator} = p.row_hint`)}, ${place(empty)})`,
  }
}

/**
 * Puts back, batch by batch, what the rows held before. Columns that are about to be dropped need
 * no such care. May be stopped at each event, or killed anywhere, and called again.
 *
 * @param columns logical names of the written columns that stay
 */
export async function* undoBackfill(
  db: Database,
  run: Run,
  migration: string,
  backfill: Backfill,
  columns: readonly string[],
): Work<undefined> {
  if (columns.length === 0) return
  const step = `undo ${migration}`
  const pace = paceOf(db)
  const ranges = await rangesToUndo(db, migration)
  const total = ranges.at(-1)?.last ?? 0
  for (const { first, last } of ranges) {
    let done = first - 1
    while (done < last) {
      const { rows, slowed } = pace.next()
      const range = { first: done + 1, last: Math.min(last, done + rows) }
      const started = performance.now()
      const { waited } = await withRetries(db, () =>
        db.transaction(async () => {
          await restoreRows(db, backfill, range, columns)
          await db.change(
            sql`INSERT INTO p2c_batch (migration, direction, first_position, last_position, rows, millis, run_id, finished_on)
              VALUES (${migration}, 'undo', ${range.first}, ${range.last}, ${lengthOf(range)}, ${Math.round(performance.now() - started)}, ${run.id}, ${now()})`,
          )
          await noteProgress(db, run, step, range.last, total)
        }),
      )
      run.rows += lengthOf(range)
      done = range.last
      pace.took({ rows: lengthOf(range), millis: performance.now() - started })
      yield { type: 'progress', step, done, total, slowed: waited ?? slowed }
    }
  }
}

/**
 * The end of undoing, inside the transaction that also undoes the schema: remembers the numbers
 * that were given, takes back those that triggers gave to rows of a column that stays, and drops
 * the plan.
 */
export async function forgetPlan(
  db: Database,
  migration: string,
  backfill: Backfill,
  numberStays: boolean,
): Promise<void> {
  if (!(await findPlan(db, migration))) return
  const plan = planTable(backfill.table)
  const { names, rules } = db
  const key = rules.guid(raw('p.row_key'))
  await db.change(
    sql`INSERT INTO p2c_given_number (sequence, row_key, number)
      SELECT ${backfill.number.sequence}, ${key}, min(p.number) FROM ${plan} AS p
      WHERE p.number IS NOT NULL GROUP BY ${key} ON CONFLICT DO NOTHING`,
  )
  if (numberStays) {
    const table = names.table(backfill.table)
    const column = names.column(backfill.number.column)
    await db.change(
      sql`UPDATE ${table} SET ${column} = NULL WHERE EXISTS (SELECT 1 FROM p2c_given_number AS g
          WHERE g.sequence = ${backfill.number.sequence} AND g.row_key = ${rules.guid(sql`${table}.${names.column(backfill.key)}`)} AND g.number = ${table}.${column})`,
    )
  }
  await db.script(`DROP TABLE ${plan.sql}`)
  await db.change(sql`DELETE FROM p2c_batch WHERE migration = ${migration}`)
  await db.change(sql`DELETE FROM p2c_claim WHERE migration = ${migration}`)
  await db.change(sql`DELETE FROM p2c_reject WHERE migration = ${migration}`)
  await db.change(sql`DELETE FROM p2c_backfill WHERE migration = ${migration}`)
}
