import { changeTracking, defineMigration, forgetOnUndo } from '../src/index.ts'

/**
 * From here on it is written down which contacts and accounts anybody writes, so that a later sync
 * need not look at the others. It comes before the first full sync, so that nothing falls between
 * the two.
 */
export default defineMigration({
  schema: [forgetOnUndo('p2c_changed_row', 'p2c_taken_row'), changeTracking()],
})
