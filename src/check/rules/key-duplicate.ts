import { sql } from '../../domain/sql.ts'
import { examplesOf } from '../examples.ts'
import { amount } from '../../amount.ts'
import { shownExamples } from '../finding.ts'
import type { Rule } from '../rule.ts'
import type { Subject } from '../subject.ts'

/** A key must be there, and stand once, however it is written (case, braces). */
export const keyDuplicate: Rule = {
  severity: 'blocking',
  find: async subject => {
    let count = 0
    const examples: string[] = []
    for (const table of subject.required.keys()) {
      if (subject.table(table)?.kind !== 'table' || !subject.has(table, subject.keyOf(table)))
        continue
      const found = await countOf(subject, table)
      if (found > 0) examples.push(...(await examplesIn(subject, table)))
      count += found
    }
    if (count === 0) return []
    return [
      {
        code: 'KEY_DUPLICATE',
        severity: 'blocking',
        count,
        examples: examples.slice(0, shownExamples),
        what: `${amount(count, 'row')} of the Sales tables without a key, or with the key of another row`,
        next: 'Delete or merge the rows that are too many; case and braces do not make two GUIDs different',
      },
    ]
  },
}

async function countOf(subject: Subject, table: string): Promise<number> {
  const { db } = subject
  const key = db.names.column(subject.keyOf(table), 'r')
  const rows = sql`FROM ${db.names.table(table)} AS r`
  const empty = await db.row<{ n: number }>(
    sql`SELECT count(*) AS n ${rows} WHERE ${isEmpty(subject, table)}`,
  )
  if (await isKeptApart(subject, table)) return Number(empty?.n ?? 0)
  const repeated = await db.row<{ n: number }>(
    sql`SELECT coalesce(sum(n), 0) AS n FROM (SELECT count(*) AS n ${rows} WHERE NOT ${isEmpty(subject, table)} GROUP BY ${db.rules.guid(key)} HAVING count(*) > 1) AS repeated`,
  )
  return Number(empty?.n ?? 0) + Number(repeated?.n ?? 0)
}

/** Whether the primary key does it: it is this column, and each GUID is written in one way only. */
async function isKeptApart({ db, ...subject }: Subject, table: string): Promise<boolean> {
  const column = db.names.columnName(subject.keyOf(table))
  const [first = '', ...others] = subject.table(table)?.primaryKey ?? []
  if (others.length > 0 || !db.dialect.areSameName(first, column)) return false
  const key = db.names.column(subject.keyOf(table))
  const another = await db.row(
    sql`SELECT 1 AS found FROM ${db.names.table(table)} WHERE ${db.rules.isAnotherSpelling(key)} LIMIT 1`,
  )
  return another === undefined
}

async function examplesIn(subject: Subject, table: string): Promise<string[]> {
  const { db } = subject
  const key = db.names.column(subject.keyOf(table), 'r')
  const own = db.names.column(subject.keyOf(table))
  const repeated = sql`${db.rules.guid(key)} IN (SELECT ${db.rules.guid(own)} FROM ${db.names.table(table)} GROUP BY 1 HAVING count(*) > 1)`
  return examplesOf(subject, table, sql`(${isEmpty(subject, table)} OR ${repeated})`)
}

function isEmpty({ db, ...subject }: Subject, table: string) {
  const key = db.names.column(subject.keyOf(table), 'r')
  return sql`(${key} IS NULL OR CAST(${key} AS text) = '')`
}
