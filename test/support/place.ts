import type { Database } from '../../src/database/database.ts'

/** Where a database is, as options that another process can be handed in one argument or line. */
export function placeOf({ config }: Pick<Database, 'config'>): string {
  return JSON.stringify({ database: config.database, schema: config.schema })
}

/** The options that `placeOf` wrote. */
export function optionsOf(place: string): Record<string, unknown> {
  return JSON.parse(place) as Record<string, unknown>
}
