import { shownExamples } from '../finding.ts'
import type { Rule } from '../rule.ts'

/** Said before the upgrade, not in the middle of it. */
export const permissionMissing: Rule = {
  severity: 'blocking',
  find: async ({ db }) => {
    const missing = await db.dialect.missingPermissions(db)
    if (missing.length === 0) return []
    return [
      {
        code: 'PERMISSION_MISSING',
        severity: 'blocking',
        count: missing.length,
        examples: missing.slice(0, shownExamples),
        what: 'This user lacks rights that the upgrade needs',
        next: 'Give the user these rights, or run as another user',
      },
    ]
  },
}
