import { amount } from '../../amount.ts'
import type { TableInfo } from '../../database/dialect.ts'
import { shownExamples, type Finding } from '../finding.ts'
import type { Rule } from '../rule.ts'

/** What the upgrade reads must be there; what it writes, it makes. */
export const columnMissing: Rule = {
  severity: 'blocking',
  find: subject => {
    const missing = [...subject.required].flatMap(([logical, columns]) => {
      const table = subject.table(logical)
      return table === undefined
        ? []
        : columns
            .filter(column => !subject.has(logical, column))
            .map(
              column =>
                `${subject.db.names.tableName(logical)}.${column}${inAnotherCase(table, column)}`,
            )
    })
    if (missing.length === 0) return Promise.resolve([])
    const finding: Finding = {
      code: 'COLUMN_MISSING',
      severity: 'blocking',
      count: missing.length,
      examples: missing.slice(0, shownExamples),
      what: `${amount(missing.length, 'column')} that the upgrade reads not to be found`,
      next: 'Add the column and fill it, for instance parentcustomeridtype from the parentcustomerid_entitytype of a Synapse copy; "account", "contact", 1 and 2 are understood, and NULL is looked up by the id',
    }
    return Promise.resolve([finding])
  },
}

/** Where the engine tells capitals from small letters, a name that is nearly right is shown. */
function inAnotherCase({ columns }: TableInfo, wanted: string): string {
  const near = columns.find(({ name }) => name.toLowerCase() === wanted.toLowerCase())
  return near === undefined ? '' : `, which is there as "${near.name}"`
}
