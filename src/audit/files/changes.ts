import { changesQuery } from '../../backfill/changes.ts'
import { field } from '../../domain/names.ts'
import { literal, raw, sql } from '../../domain/sql.ts'
import type { AuditFile } from '../audit-file.ts'
import { orderBy, yesOrNo } from '../expressions.ts'

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
    const [active, company] = [field.isActiveCustomer, field.isCompanyAnAccount].map(name =>
      literal(db.names.columnName(name)),
    )
    const value = (name: string) =>
      sql`(CASE WHEN column_name IN (${active}, ${company}) THEN ${yesOrNo(sql`${raw(name)} = ${db.dialect.flag(true)}`)} ELSE ${raw(name)} END)`
    return sql`SELECT run_id, migration, table_name AS "table", ${db.rules.guid(raw('row_id'))} AS row_id, column_name AS "column",
        ${value('old_value')} AS old_value, ${value('new_value')} AS new_value, changed_on
      FROM (${journal}) AS journal ${orderBy(db, changes.key)}`
  },
}
