import { activityOf, companyIsAnAccount, defineMigration, numberAndSet } from '../src/index.ts'

/**
 * Gives every contact the number by which Finance will know it, oldest first, and says which
 * of them are customers. Numbers already there are kept. One pass: a row is written once.
 */
export default defineMigration({
  backfill: numberAndSet({
    table: 'contact',
    key: 'contactid',
    order: ['createdon', 'contactid'],
    number: { column: 'msdynce_contactnumber', sequence: 'contact' },
    set: {
      msdynce_isactivecustomer: activityOf('contactid'),
      msdynce_iscompanyanaccount: companyIsAnAccount(),
    },
  }),

  verifyRows: {
    table: 'contact',
    broken: {
      'contacts without a number': rows => rows.whereNull('msdynce_contactnumber'),
      'contact numbers that Finance cannot hold': rows =>
        rows.whereRaw('length(??) > 20', ['msdynce_contactnumber']),
      'contacts without the flag Is Active Customer': rows =>
        rows.whereNull('msdynce_isactivecustomer'),
      'contacts without the flag IsCompanyAnAccount': rows =>
        rows.whereNull('msdynce_iscompanyanaccount'),
    },
  },
})
