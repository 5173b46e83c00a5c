import { defineMigration, uniqueNumber } from '../src/index.ts'

/** From here on the database itself refuses a number that is there already. */
export default defineMigration({
  schema: [
    uniqueNumber('account', 'accountnumber'),
    uniqueNumber('contact', 'msdynce_contactnumber'),
  ],
})
