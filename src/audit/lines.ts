import type { Database } from '../database/database.ts'
import { identifier, join, literal, raw, sql, type Sql } from '../domain/sql.ts'
import type { AuditFile, Line, Part } from './audit-file.ts'

/** What the lines of a file are made from. */
type Shape = Pick<AuditFile, 'columns' | 'plain'>

/** A row gives its columns, as they are called in the file. */
export const asNamed: readonly Line[] = [{ when: null, valueOf: identifier }]

/**
 * Lines of a part as they stand in the file, in their order; joined by the database. Each row is
 * one text, which `linesIn` reads.
 */
export function linesQuery(db: Database, file: Shape, part: Part, excel: boolean): Sql {
  const field = (column: string, value: Sql) =>
    file.plain.has(column) && !excel ? text(value) : db.dialect.csvField(value, excel)
  const lines = part.lines.map(({ when, valueOf }) => {
    const fields = file.columns.map(column => field(column, valueOf(column)))
    const line = sql`${join(fields, `||','||`)}||${literal('\r\n')}`
    return when ? sql`(CASE WHEN ${when} THEN ${line} ELSE '' END)` : line
  })
  const many = isVaried(part)
    ? [sql`CAST(${join(part.lines.map(countOf), ' + ')} AS text)`, raw(`':'`)]
    : []
  return inOrder(db, part, sql`${join([...many, ...lines], '||')} AS lines`)
}

/** The lines of some rows of `linesQuery`, and how many they are. */
export function linesIn(
  part: Part,
  rows: readonly string[],
): { readonly lines: readonly string[]; readonly count: number } {
  if (!isVaried(part)) return { lines: rows, count: rows.length * part.lines.length }
  const lines: string[] = []
  let count = 0
  for (const row of rows) {
    const colon = row.indexOf(':')
    count += Number(row.slice(0, colon))
    lines.push(row.slice(colon + 1))
  }
  return { lines, count }
}

/** Whether rows of a part give more or fewer lines: then each row says how many. */
function isVaried({ lines }: Part): boolean {
  return lines.some(({ when }) => when !== null)
}

/**
 * What the lines of a part say, in their order: for each row, and each of its lines, whether it is
 * there, and its values as text; named by `thereIn` and `cellIn`.
 */
export function cellsQuery(db: Database, file: Shape, part: Part): Sql {
  const columns = part.lines.flatMap((line, i) => [
    sql`${countOf(line)} AS ${identifier(thereIn(i))}`,
    ...file.columns.map(
      column => sql`${text(line.valueOf(column))} AS ${identifier(cellIn(i, column))}`,
    ),
  ])
  return inOrder(db, part, join(columns, ', '))
}

/** Where `cellsQuery` says whether a row gives the line: 1, or 0. */
export function thereIn(line: number): string {
  return String(line)
}

/** Where `cellsQuery` has a value of the line. */
export function cellIn(line: number, column: string): string {
  return `${line} ${column}`
}

/** What is selected names a column often, and sorting carries what is selected: it is computed first. */
function inOrder(db: Database, { rows, order }: Part, selected: Sql): Sql {
  const terms = order.map(column => db.dialect.bytewise(identifier(column)))
  return sql`SELECT ${selected} FROM (${rows} ${db.dialect.computedOnce}) AS rows_of_part ORDER BY ${join(terms, ', ')}`
}

function countOf({ when }: Line): Sql {
  return when ? sql`(CASE WHEN ${when} THEN 1 ELSE 0 END)` : raw('1')
}

function text(value: Sql): Sql {
  return sql`coalesce(CAST(${value} AS text), '')`
}
