import type { Database } from '../database/database.ts'
import { identifier, join, literal, raw, sql, textOf, type Sql } from '../domain/sql.ts'
import type { AuditFile, Line, Part } from './audit-file.ts'

/** What the lines of a file are made from. */
type Shape = Pick<AuditFile, 'columns' | 'plain'>

/** A row gives its columns, as they are called in the file. */
export const asNamed: readonly Line[] = [{ when: null, valueOf: identifier }]

/**
 * Lines of a part as they stand in the file, in their order; joined by the database. Each row is
 * one text, which `linesIn` reads. Whether a field needs quotes is asked of all fields of a row at
 * once, and of each only where one does.
 */
export function linesQuery(db: Database, file: Shape, part: Part, excel: boolean): Sql {
  const { dialect } = db
  const isPlain = (column: string) => file.plain.has(column) && !excel
  const field = (column: string, value: Sql) =>
    isPlain(column) ? dialect.asText(value) : dialect.csvField(value, excel)
  const withQuotes = linesBy(file, part, field)
  // What starts like a formula has to be looked for in each field.
  if (excel) return inOrder(db, part, sql`${withQuotes} AS lines`)
  const doubtful = part.lines.flatMap(({ valueOf }) =>
    file.columns.filter(column => !isPlain(column)).map(valueOf),
  )
  // The empty text for a file in which every column is plain: nothing at all cannot be joined.
  const joined = concat([raw(`''`), ...distinct(doubtful).map(value => dialect.asText(value))])
  const allDoubtful = identifier('all doubtful')
  const rows = sql`SELECT r.*, ${joined} AS ${allDoubtful} FROM (${part.rows} ${dialect.computedOnce}) AS r`
  const asTheyAre = linesBy(file, part, (_, value) => dialect.asText(value))
  return inOrder(
    db,
    { ...part, rows },
    sql`CASE WHEN ${dialect.csvNeedsQuotes(allDoubtful)} THEN ${withQuotes} ELSE ${asTheyAre} END AS lines`,
  )
}

/** What a row gives, as one text. */
function linesBy({ columns }: Shape, part: Part, field: (column: string, value: Sql) => Sql): Sql {
  const lines = part.lines.map(({ when, valueOf }) => {
    const fields = columns.map(column => field(column, valueOf(column)))
    const line = concat([...separated(fields), literal('\r\n')])
    return when ? sql`(CASE WHEN ${when} THEN ${line} ELSE '' END)` : line
  })
  const counted = isVaried(part) ? [join(part.lines.map(countOf), ' + '), raw(`':'`)] : []
  return concat([...counted, ...lines])
}

/** Expressions that are written alike stand for one value. */
function distinct(values: readonly Sql[]): Sql[] {
  return [...new Map(values.map(value => [textOf(value), value])).values()]
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
      column =>
        sql`coalesce(CAST(${line.valueOf(column)} AS text), '') AS ${identifier(cellIn(i, column))}`,
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

function separated(fields: readonly Sql[]): Sql[] {
  return fields.flatMap((field, i) => (i === 0 ? [field] : [raw(`','`), field]))
}

/** PostgreSQL takes a hundred. */
const mostArguments = 100

/** Texts one behind the other; NULL is the empty text. */
function concat(values: readonly Sql[]): Sql {
  if (values.length <= mostArguments) return sql`concat(${join([...values], ', ')})`
  const half = Math.ceil(values.length / 2)
  return concat([concat(values.slice(0, half)), concat(values.slice(half))])
}
