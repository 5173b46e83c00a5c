import type { Database } from '../database/database.ts'
import { identifier, join, literal, raw, sql, type Sql } from '../domain/sql.ts'
import type { AuditFile, Line, Part } from './audit-file.ts'

/** What the lines of a file are made from. */
type Shape = Pick<AuditFile, 'columns' | 'plain'>

/** A row gives its columns, as they are called in the file. */
export const asNamed: readonly Line[] = [{ when: null, valueOf: identifier }]

/** What a row of `linesQuery` has. */
export interface Lines {
  /** How many lines it is; 0 for none. */
  readonly n: number
  /** The lines, each with its end. */
  readonly lines: string
}

/** Lines of a part as they stand in the file, in their order; joined by the database. */
export function linesQuery(db: Database, file: Shape, part: Part, excel: boolean): Sql {
  const field = (column: string, value: Sql) =>
    file.plain.has(column) && !excel ? text(value) : db.dialect.csvField(value, excel)
  const lines = part.lines.map(({ when, valueOf }) => {
    const fields = file.columns.map(column => field(column, valueOf(column)))
    const line = sql`${join(fields, `||','||`)}||${literal('\r\n')}`
    return when ? sql`(CASE WHEN ${when} THEN ${line} ELSE '' END)` : line
  })
  const ones = part.lines.map(countOf)
  return inOrder(db, part, sql`${join(ones, ' + ')} AS n, ${join(lines, '||')} AS lines`)
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
