import type { Database } from '../database/database.ts'
import { identifier, join, literal, raw, sql, type Sql } from '../domain/sql.ts'
import { ownTables, type Backfill } from './backfill.ts'
import { journalColumns } from './plan.ts'

/** A range of positions, both ends included. */
export interface Range {
  readonly first: number
  readonly last: number
}

/**
 * Writes down what the rows of a range hold now and what they will hold; the flags are computed
 * here, in the transaction that uses them.
 *
 * @returns how many of the rows are still there
 */
export async function writeJournal(
  db: Database,
  backfill: Backfill,
  range: Range,
): Promise<number> {
  const { names } = db
  const { plan, journal } = ownTables(backfill)
  const columns = [journalColumns(db, backfill.number.column).before]
  const values = [names.column(backfill.number.column, 't')]
  for (const [column, computed] of Object.entries(backfill.set)) {
    const { before, after } = journalColumns(db, column)
    columns.push(before, after)
    values.push(names.column(column, 't'), computed(db, 't'))
  }
  return forPlannedRows(db, backfill, raw('t'), lengthOf(range), match =>
    db.change(
      sql`INSERT INTO ${journal} (position, ${join(columns, ', ')})
        SELECT p.position, ${join(values, ', ')} FROM ${plan} AS p JOIN ${names.table(backfill.table)} AS t ON ${match}
        WHERE p.position BETWEEN ${range.first} AND ${range.last}`,
    ),
  )
}

/** Writes the planned numbers and the journal's flags into the rows of a range. */
export async function applyJournal(
  db: Database,
  backfill: Backfill,
  range: Range,
  expected: number,
): Promise<void> {
  const { names } = db
  const number = names.column(backfill.number.column)
  const kept = names.column(backfill.number.column, names.tableName(backfill.table))
  await updateFromJournal(db, backfill, range, expected, [
    sql`${number} = CASE WHEN ${db.rules.hasNoNumber(kept)} THEN p.number ELSE ${kept} END`,
    ...Object.keys(backfill.set).map(
      column => sql`${names.column(column)} = j.${journalColumns(db, column).after}`,
    ),
  ])
}

/** Puts back what the rows of a range held in the columns named. */
export async function restoreJournal(
  db: Database,
  backfill: Backfill,
  range: Range,
  columns: readonly string[],
): Promise<void> {
  const assignments = columns.map(
    column => sql`${db.names.column(column)} = j.${journalColumns(db, column).before}`,
  )
  await updateFromJournal(db, backfill, range, lengthOf(range), assignments)
}

async function updateFromJournal(
  db: Database,
  backfill: Backfill,
  range: Range,
  expected: number,
  assignments: readonly Sql[],
): Promise<void> {
  const { plan, journal } = ownTables(backfill)
  const table = db.names.table(backfill.table)
  await forPlannedRows(db, backfill, table, expected, match =>
    db.change(
      sql`UPDATE ${table} SET ${join([...assignments], ', ')}
        FROM ${plan} AS p JOIN ${journal} AS j ON j.position = p.position
        WHERE p.position BETWEEN ${range.first} AND ${range.last} AND ${match}`,
    ),
  )
}

/**
 * Runs a statement for the planned rows (the plan is `p`). The plan's hint finds a row without a
 * look into the key's index; only where it missed some (the table was rewritten since, or rows are
 * gone) the key has to find them.
 */
async function forPlannedRows(
  db: Database,
  backfill: Backfill,
  table: Sql,
  expected: number,
  run: (match: Sql) => Promise<number>,
): Promise<number> {
  const byKey = sql`${table}.${db.names.column(backfill.key)} = p.row_key`
  const locator = await db.dialect.rowLocator(db, db.names.tableName(backfill.table))
  if (!locator) return run(byKey)
  const place = sql`${table}.${locator}`
  const found = await run(sql`${place} = p.row_hint AND ${byKey}`)
  if (found >= expected) return found
  return found + (await run(sql`${byKey} AND ${place} <> p.row_hint`))
}

function lengthOf(range: Range): number {
  return range.last - range.first + 1
}

/**
 * Every value that the backfills changed, for `changes.csv`: run_id, migration, table_name,
 * row_id, column_name, old_value, new_value, changed_on. null where there is no journal.
 */
export async function changesQuery(db: Database): Promise<Sql | null> {
  if (!(await db.dialect.describeTable(db, 'p2c_backfill'))) return null
  const backfills = await db.rows<{ migration: string; table_name: 'account' | 'contact' }>(
    sql`SELECT migration, table_name FROM p2c_backfill ORDER BY migration`,
  )
  const selects: Sql[] = []
  for (const { migration, table_name } of backfills) {
    const journal = raw(`p2c_journal_${table_name}`)
    const described = await db.dialect.describeTable(db, `p2c_journal_${table_name}`)
    const names = described?.columns.map(column => column.name) ?? []
    for (const before of names.filter(name => name.startsWith('old_'))) {
      const name = before.slice('old_'.length)
      const value = (column: string) => sql`j.${identifier(column)}`
      // What is computed is a flag; a number is in the plan.
      const isFlag = names.includes(`new_${name}`)
      const old = isFlag ? db.dialect.flagText(value(before)) : value(before)
      const after = isFlag
        ? db.dialect.flagText(value(`new_${name}`))
        : sql`coalesce(nullif(${old}, ''), p.number)`
      selects.push(
        sql`SELECT b.run_id, b.migration, ${literal(db.names.tableName(table_name))} AS table_name, ${db.rules.keyText(raw('p.row_key'))} AS row_id,
            ${literal(name)} AS column_name, ${old} AS old_value, ${after} AS new_value, b.finished_on AS changed_on
          FROM p2c_batch AS b JOIN ${raw(`p2c_plan_${table_name}`)} AS p ON p.position BETWEEN b.first_position AND b.last_position
          JOIN ${journal} AS j ON j.position = p.position
          WHERE b.migration = ${migration} AND b.direction = 'do' AND ${old} IS DISTINCT FROM ${after}`,
      )
    }
  }
  if (selects.length === 0) return null
  return sql`SELECT * FROM (${join(selects, ' UNION ALL ')}) AS changes ORDER BY migration, table_name, row_id, column_name`
}
