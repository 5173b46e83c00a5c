import { changesQuery } from '../../backfill/changes.ts'
import { raw, sql } from '../../domain/sql.ts'
import type { AuditFile } from '../audit-file.ts'
import { orderBy } from '../expressions.ts'

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
  key: ['migration', 'table', 'row_id', 'column'],
  query: async db => {
    const journal = await changesQuery(db)
    if (!journal) return null
    const named = sql`SELECT run_id, migration, table_name AS "table", ${db.rules.guid(raw('row_id'))} AS row_id, column_name AS "column",
        old_value, new_value, changed_on FROM (${journal}) AS journal`
    return sql`SELECT * FROM (${named}) AS named ${orderBy(db, changes.key)}`
  },
}
