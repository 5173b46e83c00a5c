import type { Knex } from 'knex'
import type { Database } from './database.ts'

/**
 * The knex query builder for this database, by logical names. It only composes: queries are handed
 * to the Database, which runs them. Loaded when it is needed, since knex takes its time.
 */
export async function queryBuilder(db: Database): Promise<Knex> {
  const { default: knex } = await import('knex')
  return knex({
    client: db.dialect.queryBuilderClient,
    useNullAsDefault: true,
    wrapIdentifier: (name, quote) => quote(db.names.columnName(db.names.tableName(name))),
  })
}
