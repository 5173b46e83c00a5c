import { addColumn, defineMigration } from '../src/index.ts'

/**
 * The fields by which Sales and Finance will agree on who a contact is. Empty so far: what they
 * hold comes with the triggers and the backfills. Undoing drops them with what they hold; numbers
 * are remembered.
 */
export default defineMigration({
  schema: [
    addColumn('account', 'accountnumber', { kind: 'text', maxLength: 20 }),
    addColumn('contact', 'msdynce_contactnumber', { kind: 'text', maxLength: 20 }),
    addColumn('contact', 'msdynce_isactivecustomer', { kind: 'flag' }),
    addColumn('contact', 'msdynce_iscompanyanaccount', { kind: 'flag' }),
  ],
})
