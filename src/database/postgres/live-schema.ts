import { salesTable } from '../../domain/sales.ts'
import { all, identifier, sql, textOf, type Sql } from '../../domain/sql.ts'
import type { LiveNumber, SchemaDeed, SchemaObject } from '../dialect.ts'
import { awaitedObjects, awaitedTable } from './awaited.ts'
import { activityObjects } from './live-activity.ts'
import { companyObjects } from './live-company.ts'
import { contactObjects } from './live-contact.ts'
import { numberObjects, passedNumbers } from './live-number.ts'
import type { PostgresDatabase } from './open.ts'

/**
 * The triggers, their functions and the indexes that serve rows of other programs.
 *
 * Functions run with the rights of whoever made them, since other programs need no right on the
 * tables of p2c, and with a search path of their own, since such a function must not be led astray.
 * Who writes waits for others as little as can be: numbers come from native sequences; contacts are
 * locked by their key, in its order, and only by documents that count for them.
 *
 * The order is what makes it right although others write between the pieces. Numbers that somebody
 * gives push the sequence before the first trigger gives any, and the search for those that are
 * there comes between, so that it need not lock anything. The flag of a contact that is complete is
 * kept by all who may change it: documents come first, and what looks at contacts and accounts, of
 * which each needs the other, comes last and at once. A contact that is written before has no
 * number or no company flag, and is left to the backfill.
 */
export function liveSchema(
  db: PostgresDatabase,
  numbers: readonly LiveNumber[],
): (SchemaObject | SchemaDeed)[] {
  return [
    ...guidIndexes(db),
    ...numbers.flatMap(number => passedNumbers(db, number)),
    ...awaitedTable(db),
    ...activityObjects(db),
    ...awaitedObjects(db),
    ...[
      ...numbers.filter(({ table }) => table !== 'contact').flatMap(one => numberObjects(db, one)),
      ...contactObjects(
        db,
        numbers.find(({ table }) => table === 'contact'),
      ),
      ...companyObjects(db),
    ].map(object => ({ ...object, group: 'contacts and accounts' })),
  ]
}

/**
 * Partial indexes: for keys that are not stored in canonical form (a uuid always is), for documents
 * that may belong to a contact, and for contacts whose company has no type (usually few).
 */
function guidIndexes(db: PostgresDatabase): SchemaObject[] {
  const { names, rules } = db
  const keys = (['account', 'contact'] as const)
    .filter(table => db.guidColumns.keyOf(names.tableName(table)).kind === 'text')
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
  return { name, create: textOf(create), drop: textOf(sql`DROP INDEX ${identifier(name)}`) }
}
