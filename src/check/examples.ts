import type { Sql } from '../domain/sql.ts'
import { join, raw, sql } from '../domain/sql.ts'
import { shownExamples } from './finding.ts'
import type { Subject } from './subject.ts'

/** Columns by which people know a row, best first. */
const labels: Readonly<Record<string, readonly (readonly string[])[]>> = {
  account: [['name']],
  contact: [['fullname'], ['firstname', 'lastname']],
}

/**
 * Up to ten rows as texts: key, name, and what else is to be seen.
 *
 * @param broken the condition on a row, which is called `r`
 */
export async function examplesOf(
  subject: Subject,
  table: string,
  broken: Sql,
  shown: Sql = raw('NULL'),
): Promise<string[]> {
  const { db } = subject
  const key = db.names.column(subject.keyOf(table), 'r')
  const rows = await db.rows<{
    id: string | null
    label: string | null
    shown: string | number | null
  }>(
    sql`SELECT ${db.rules.guid(key)} AS id, ${labelOf(subject, table)} AS label, ${shown} AS shown
      FROM ${db.names.table(table)} AS r WHERE ${broken} LIMIT ${raw(String(shownExamples))}`,
  )
  return rows.map(row => exampleText(row.id, row.label, row.shown)).sort()
}

function exampleText(
  id: string | null,
  label: string | null,
  shown: string | number | null,
): string {
  const name = label?.trim() ? ` ${label.trim()}` : ''
  const value = shown === null ? '' : `: ${String(shown)}`
  return `${id ?? '(no key)'}${name}${value}`
}

function labelOf(subject: Subject, table: string): Sql {
  const candidates = labels[table] ?? [['name']]
  const known = candidates.find(columns => subject.has(table, ...columns))
  if (!known) return raw('NULL')
  const parts = known.map(column => sql`coalesce(${subject.db.names.column(column, 'r')}, '')`)
  return join(parts, ` || ' ' || `)
}
