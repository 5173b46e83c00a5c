import { defineMigration, liveNumbersAndFlags } from '../src/index.ts'

/**
 * From here on, rows that other programs write get number and flags at once. It comes before the
 * backfills, so that no row falls between them.
 */
export default defineMigration({
  schema: [
    liveNumbersAndFlags([
      { table: 'account', column: 'accountnumber', sequence: 'account' },
      { table: 'contact', column: 'msdynce_contactnumber', sequence: 'contact' },
    ]),
  ],
})
