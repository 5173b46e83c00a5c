import { amount } from '../../amount.ts'
import type { Finding } from '../finding.ts'
import type { Rule } from '../rule.ts'

/**
 * The Sales tables must be there, as tables: a view has no triggers and takes no columns. A
 * partitioned table takes no index that is built beside others, and no number that is unique in all
 * partitions.
 */
export const tableMissing: Rule = {
  severity: 'blocking',
  find: subject => {
    const examples = [...subject.required.keys()].flatMap(logical => {
      const name = subject.db.names.tableName(logical)
      const found = subject.table(logical)
      if (found?.kind === 'table') return []
      return [found ? `${name}: it is a ${found.kind}` : `${name}: it is not there`]
    })
    if (examples.length === 0) return Promise.resolve([])
    const finding: Finding = {
      code: 'TABLE_MISSING',
      severity: 'blocking',
      count: examples.length,
      examples,
      what: `${amount(examples.length, 'Sales table')} not to be found as a table`,
      next: 'Name another with "tables" in the configuration, load an extract with "p2c import --create", or leave a document out with "activity.documents"',
    }
    return Promise.resolve([finding])
  },
}
