import { columnOf } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import { currencies } from '../domain/sales.ts'
import { identifier, raw, sql, type Sql } from '../domain/sql.ts'
import type { SourceRow } from './transform.ts'

/** How a column that maps name is read, of the row of Sales called `s`; one that is not there is NULL. */
type SourceReader = (column: string) => Sql

/** For few rows: each look-up is a query of its own. The sync itself joins, see `compileLeg`. */
async function sourceReader(db: Database, table: 'account' | 'contact'): Promise<SourceReader> {
  const { names, rules, dialect } = db
  const describe = (name: string) => dialect.describeTable(db, name)
  const own = await describe(names.tableName(table))
  const account = await describe(names.tableName('account'))
  const known = await describe(currencies.table)
  const ofRow = (column: string) =>
    columnOf(db, own, column) ? names.column(column, 's') : raw('NULL')
  return column => {
    const [lookUp, attribute] = column.split('.', 2)
    if (attribute === undefined) return ofRow(column)
    if (lookUp === 'parentcustomerid') {
      if (!columnOf(db, account, attribute)) return raw('NULL')
      const parent = rules.guid(ofRow('parentcustomerid'))
      return sql`(SELECT ${names.column(attribute, 'p')} FROM ${names.table('account')} AS p WHERE ${rules.hasGuid('account', 'p', parent)} LIMIT 1)`
    }
    if (!known || !columnOf(db, known, currencies.id) || !columnOf(db, known, currencies.code))
      return raw('NULL')
    const currency = rules.guid(ofRow(currencies.id))
    return sql`(SELECT q.${raw(currencies.code)} FROM ${identifier(known.name)} AS q WHERE ${rules.guid(raw(`q.${currencies.id}`))} = ${currency} LIMIT 1)`
  }
}

/** Columns that maps name, of the row called `s`: what is selected, and what a row that comes back says. */
export async function readSources(
  db: Database,
  table: 'account' | 'contact',
  columns: readonly string[],
): Promise<{ selected: Sql[]; names: Sql[]; rowOf: (row: SourceRow) => SourceRow }> {
  const read = await sourceReader(db, table)
  const name = (i: number) => `value_${i}`
  return {
    selected: columns.map((column, i) => sql`${read(column)} AS ${raw(name(i))}`),
    names: columns.map((_, i) => raw(name(i))),
    rowOf: row => Object.fromEntries(columns.map((column, i) => [column, row[name(i)] ?? null])),
  }
}
