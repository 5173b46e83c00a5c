import { defineMigration, targetTables } from '../src/index.ts'

/**
 * Where the sync puts what it sends: the entities of the Common Data Service in between, and those
 * of Finance and Operations. Each column is a field of its entity.
 */
export default defineMigration({
  schema: [targetTables()],
})
