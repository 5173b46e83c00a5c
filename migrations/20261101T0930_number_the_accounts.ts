import { defineMigration, numberAndSet } from '../src/index.ts'

/** Gives an account number, oldest account first, where there is none. The others are kept. */
export default defineMigration({
  backfill: numberAndSet({
    table: 'account',
    key: 'accountid',
    order: ['createdon', 'accountid'],
    number: { column: 'accountnumber', sequence: 'account' },
  }),

  verify: db => ({
    'accounts without a number': db('account').whereNull('accountnumber'),
  }),
})
