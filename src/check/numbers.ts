import { sql, type Sql } from '../domain/sql.ts'
import { field } from '../domain/names.ts'
import { examplesOf } from './examples.ts'
import type { Subject } from './subject.ts'

/** A table of which every row has a number that F&O knows it by. */
export type NumberedTable = 'account' | 'contact'

/** The number column of each, by its logical name. */
export const numberColumn = { account: field.accountNumber, contact: field.contactNumber } as const

/** Rows with something in common, and examples of them. */
export interface SharedNumbers {
  readonly count: number
  readonly examples: readonly string[]
}

const none: SharedNumbers = { count: 0, examples: [] }

/** Rows whose number stands on another row too. The empty text is no number. */
export async function sameNumbers(subject: Subject, table: NumberedTable): Promise<SharedNumbers> {
  if (!subject.has(table, numberColumn[table])) return none
  const { db } = subject
  const number = db.dialect.bytewise(db.names.column(numberColumn[table], 'r'))
  const groups = sql`FROM ${db.names.table(table)} AS r WHERE ${number} <> '' GROUP BY ${number} HAVING count(*) > 1`
  const found = await db.row<{ n: number }>(
    sql`SELECT coalesce(sum(n), 0) AS n FROM (SELECT count(*) AS n ${groups}) AS groups`,
  )
  const count = Number(found?.n ?? 0)
  if (count === 0) return none
  const broken = sql`${number} IN (SELECT ${number} ${groups})`
  return { count, examples: await examplesOf(subject, table, broken, number) }
}

/**
 * Rows whose number differs from another row's in nothing but case and outer space. Of two such
 * numbers at least one is not in capitals and trimmed; usually there is none, and nothing to group.
 */
export async function likeNumbers(subject: Subject, table: NumberedTable): Promise<SharedNumbers> {
  if (!subject.has(table, numberColumn[table])) return none
  const { db } = subject
  const number = db.dialect.bytewise(db.names.column(numberColumn[table], 'r'))
  const plain = plainForm(number)
  const rows = sql`FROM ${db.names.table(table)} AS r WHERE ${number} <> ''`
  const irregular = sql`SELECT ${plain} ${rows} AND ${number} <> ${plain}`
  const groups = sql`${rows} AND ${plain} IN (${irregular}) GROUP BY ${plain} HAVING count(DISTINCT ${number}) > 1`
  const found = await db.row<{ n: number }>(
    sql`SELECT coalesce(sum(n), 0) AS n FROM (SELECT count(*) AS n ${groups}) AS groups`,
  )
  const count = Number(found?.n ?? 0)
  if (count === 0) return none
  const broken = sql`${number} <> '' AND ${plain} IN (SELECT ${plain} ${groups})`
  return { count, examples: await examplesOf(subject, table, broken, number) }
}

function plainForm(number: Sql): Sql {
  return sql`upper(trim(${number}))`
}
