import { salesTable } from '../../domain/sales.ts'
import { all, identifier, raw, sql, textOf, type Sql } from '../../domain/sql.ts'
import type { LiveNumber, SchemaObject } from '../dialect.ts'
import { activityObjects } from './live-activity.ts'
import { companyObjects } from './live-company.ts'
import { contactObjects } from './live-contact.ts'
import { numberObjects } from './live-number.ts'
import type { PostgresDatabase } from './open.ts'

/**
 * The triggers, their functions and the indexes that serve rows of other programs.
 *
 * Functions run with the rights of whoever made them, since other programs need no right on the
 * tables of p2c, and with a search path of their own, since such a function must not be led astray.
 * Who writes waits for others as little as can be: numbers come from native sequences; contacts are
 * locked by their key, in its order, and only by documents that count for them.
 */
export function liveSchema(db: PostgresDatabase, numbers: readonly LiveNumber[]): SchemaObject[] {
  return [
    ...guidIndexes(db),
    ...numberObjects(db, numbers),
    ...contactObjects(db),
    ...companyObjects(db),
    ...activityObjects(db),
  ]
}

/**
 * Partial indexes: for keys that are not stored in canonical form (a uuid always is), for documents
 * that may belong to a contact, and for contacts whose company has no type (usually few).
 */
function guidIndexes(db: PostgresDatabase): SchemaObject[] {
  const { names, rules } = db
  const keys = (['account', 'contact'] as const)
    .filter(table => db.keyTypes.of(names.tableName(table)).kind === 'text')
    .map(table => {
      const key = names.column(salesTable(table).key)
      const where = rules.isAnotherSpelling(key)
      return index(`p2c_${table}_guid`, names.table(table), rules.guid(key), where)
    })
  const documents = rules.sources.map(source =>
    index(
      `p2c_${source.table}_customer`,
      names.table(source.table),
      rules.guid(names.column(source.customer)),
      source.customerType === null ? all([]) : rules.mayBeContact(source),
    ),
  )
  const parent = names.column('parentcustomerid')
  const untyped = index(
    'p2c_contact_untyped_company',
    names.table('contact'),
    rules.guid(parent),
    sql`${parent} IS NOT NULL AND ${rules.isUntyped()}`,
  )
  return [...keys, ...documents, untyped]
}

function index(name: string, table: Sql, expression: Sql, where: Sql): SchemaObject {
  const create = sql`CREATE INDEX ${identifier(name)} ON ${table} (${expression}) WHERE ${where}`
  return { name, create: textOf(create), drop: textOf(sql`DROP INDEX ${raw(name)}`) }
}
