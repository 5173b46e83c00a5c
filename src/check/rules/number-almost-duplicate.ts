import { amount } from '../../amount.ts'
import { likeNumbers, type NumberedTable } from '../numbers.ts'
import type { Rule } from '../rule.ts'

/** Numbers compare exactly here, but F&O takes `acc-1` and `ACC-1 ` for one. */
const almostDuplicate = (code: string, table: NumberedTable): Rule => ({
  severity: 'warning',
  find: async subject => {
    const { count, examples } = await likeNumbers(subject, table)
    if (count === 0) return []
    return [
      {
        code,
        severity: 'warning',
        count,
        examples,
        what: `${amount(count, table)} with a number that differs from another in nothing but case or outer space`,
        next: 'Change one of the numbers before F&O takes the two for one',
      },
    ]
  },
})

export const accountNumberAlmostDuplicate = almostDuplicate(
  'ACCOUNT_NUMBER_ALMOST_DUPLICATE',
  'account',
)

export const contactNumberAlmostDuplicate = almostDuplicate(
  'CONTACT_NUMBER_ALMOST_DUPLICATE',
  'contact',
)
