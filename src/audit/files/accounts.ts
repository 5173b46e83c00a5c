import { isAssigned } from '../../backfill/assigned.ts'
import { field } from '../../domain/names.ts'
import { sql } from '../../domain/sql.ts'
import type { AuditFile } from '../audit-file.ts'
import { columnOrNull } from '../expressions.ts'
import { asNamed } from '../lines.ts'

/** Every account, and whether its number was there or was given by the upgrade. */
export const accounts: AuditFile = {
  name: 'accounts',
  columns: ['accountid', 'name', 'account_number', 'number_origin'],
  plain: new Set(['number_origin']),
  key: ['accountid'],
  parts: async db => {
    const column = await columnOrNull(db, 'account')
    const id = db.rules.guid(db.names.column('accountid', 'a'))
    const number = column(field.accountNumber, 'a')
    const rows = sql`SELECT ${id} AS accountid, ${column('name', 'a')} AS name, ${number} AS account_number,
        (CASE WHEN ${db.rules.hasNoNumber(number)} THEN NULL WHEN ${await isAssigned(db, 'account', id, number)} THEN 'assigned' ELSE 'kept' END) AS number_origin
      FROM ${db.names.table('account')} AS a`
    return [{ rows, order: accounts.key, lines: asNamed }]
  },
}
