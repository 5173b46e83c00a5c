import { changesOf, type Changes } from '../../backfill/changes.ts'
import { literal, raw, sql, type Sql } from '../../domain/sql.ts'
import type { AuditFile, Line, Part } from '../audit-file.ts'
import { compareKeys } from '../merge.ts'

/** Every value that the upgrade changed: what it was, and what it became. */
export const changes: AuditFile = {
  name: 'changes',
  columns: [
    'run_id',
    'migration',
    'table',
    'row_id',
    'column',
    'old_value',
    'new_value',
    'changed_on',
  ],
  plain: new Set(['run_id', 'changed_on']),
  key: ['migration', 'table', 'row_id', 'column'],
  parts: async db => (await changesOf(db)).map(partOf),
}

/** A row that was planned gives a line for each of its columns: they are sorted together. */
function partOf({ migration, table, rows, columns }: Changes): Part {
  const line = ({ name, before, after }: Changes['columns'][number]): Line => {
    const values: Readonly<Record<string, Sql>> = {
      migration: literal(migration),
      table: literal(table),
      column: literal(name),
      old_value: before,
      new_value: after,
    }
    return {
      when: sql`${before} IS DISTINCT FROM ${after}`,
      valueOf: column => values[column] ?? raw(column),
    }
  }
  const inOrder = [...columns].sort((one, other) => compareKeys([one.name], [other.name]))
  return { rows, order: ['row_id'], lines: inOrder.map(line) }
}
