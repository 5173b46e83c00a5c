import { amount } from '../../amount.ts'
import { shownExamples } from '../finding.ts'
import type { Rule } from '../rule.ts'

/** Other people's triggers would run for every row of the backfill, and no rollback undoes them. */
export const triggerFires: Rule = {
  severity: 'blocking',
  find: async ({ db, pendingColumns }) => {
    const triggers: string[] = []
    for (const table of ['account', 'contact'] as const) {
      const columns = (pendingColumns[table] ?? []).map(column => db.names.columnName(column))
      if (columns.length === 0) continue
      const name = db.names.tableName(table)
      const fired = await db.dialect.triggersFired(db, name, columns)
      triggers.push(...fired.map(trigger => `${trigger} on ${name}`))
    }
    if (triggers.length === 0) return []
    return [
      {
        code: 'TRIGGER_FIRES',
        severity: 'blocking',
        count: triggers.length,
        examples: triggers.slice(0, shownExamples),
        what: `${amount(triggers.length, 'trigger')} of somebody else would run for every row that the upgrade writes, which a rollback cannot undo`,
        next: 'Drop the trigger for the time of the upgrade, or let it run with "--accept TRIGGER_FIRES"',
      },
    ]
  },
}
