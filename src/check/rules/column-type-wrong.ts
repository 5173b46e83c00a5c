import { amount } from '../../amount.ts'
import { shownExamples, type Finding } from '../finding.ts'
import type { Rule } from '../rule.ts'

/** Numbers are text, flags are what the engine has for them; somebody may have made them otherwise. */
export const columnTypeWrong: Rule = {
  severity: 'blocking',
  find: ({ unfit }) => {
    if (unfit.length === 0) return Promise.resolve([])
    const finding: Finding = {
      code: 'COLUMN_TYPE_WRONG',
      severity: 'blocking',
      count: unfit.length,
      examples: unfit.slice(0, shownExamples),
      what: `${amount(unfit.length, 'column')} of a type that cannot hold what the upgrade writes: a number as text, or yes and no`,
      next: 'Change the type of the column, for instance to text or boolean, or drop it where it is empty: the upgrade makes its own',
    }
    return Promise.resolve([finding])
  },
}
