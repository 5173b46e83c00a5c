import { defineMigration, numberSequence } from '../src/index.ts'

/**
 * The counters behind contact and account numbers. They are never turned back, not even when this
 * is undone: a number once given is never given again.
 */
export default defineMigration({
  schema: [numberSequence('account'), numberSequence('contact')],
})
