import type { Finding } from '../finding.ts'
import type { Rule } from '../rule.ts'

/** A row's second version finds room beside the first where no more of the page is taken. */
const mostTaken = 0.5
/** What a smaller table costs nobody notices. */
const leastBytes = 100 * 1_048_576

/** It costs time, disk and log, never a row. So it only warns. */
export const pagesFull: Rule = {
  severity: 'warning',
  find: async subject => {
    const { db, pendingColumns } = subject
    const full: string[] = []
    for (const logical of ['account', 'contact'] as const) {
      const info = subject.table(logical)
      if (info?.kind !== 'table' || (pendingColumns[logical] ?? []).length === 0) continue
      const taken = await db.dialect.pagesTaken(db, info.name)
      if (!taken || taken.bytes < leastBytes || taken.share <= mostTaken) continue
      const size = Math.ceil(taken.bytes / 1_048_576)
      full.push(`${info.name}: ${Math.round(taken.share * 100)} % of ${size} MiB`)
    }
    return full.length === 0 ? [] : [finding(full)]
  },
}

function finding(full: readonly string[]): Finding {
  return {
    code: 'PAGES_FULL',
    severity: 'warning',
    count: full.length,
    examples: full,
    what: 'The pages of these tables have no room for a second version of each row: what the upgrade writes goes to other pages, with a new entry in every index',
    next: 'Nothing needs to be done. Where the tables may be locked for a while, "ALTER TABLE … SET (fillfactor = 45)" and "VACUUM FULL …" make room beforehand',
  }
}
