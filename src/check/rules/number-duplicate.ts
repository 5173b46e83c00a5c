import { amount } from '../../amount.ts'
import { sameNumbers } from '../numbers.ts'
import type { Rule } from '../rule.ts'

/** F&O would take accounts with one number for one customer; the integration does not support it. */
export const accountNumberDuplicate: Rule = {
  severity: 'blocking',
  find: async subject => {
    const { count, examples } = await sameNumbers(subject, 'account')
    if (count === 0) return []
    return [
      {
        code: 'ACCOUNT_NUMBER_DUPLICATE',
        severity: 'blocking',
        count,
        examples,
        what: `${amount(count, 'account')} with the account number of another account`,
        next: 'Give each account a number of its own, or go on with "--accept ACCOUNT_NUMBER_DUPLICATE": the sync then rejects these accounts and the contacts under them',
      },
    ]
  },
}

/** The contact number is the key of the integration. */
export const contactNumberDuplicate: Rule = {
  severity: 'blocking',
  find: async subject => {
    const { count, examples } = await sameNumbers(subject, 'contact')
    if (count === 0) return []
    return [
      {
        code: 'CONTACT_NUMBER_DUPLICATE',
        severity: 'blocking',
        count,
        examples,
        what: `${amount(count, 'contact')} with the contact number of another contact`,
        next: 'Leave the number on one of them and empty it on the others; they get a new one',
      },
    ]
  },
}
