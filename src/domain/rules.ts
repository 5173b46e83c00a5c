import type { Config } from '../config.ts'
import type { Names } from './names.ts'
import { salesTable } from './sales.ts'
import { all, any, join, literal, sql, type Sql } from './sql.ts'

/** A table whose rows make a contact an active customer. */
export interface ActivitySource {
  /** Logical name. */
  readonly table: string
  readonly key: string
  /** The column that names the customer. */
  readonly customer: string
  /** The column that says whether the customer is an account or a contact; null: always a contact. */
  readonly customerType: string | null
}

const manyToMany: readonly ActivitySource[] = [
  { table: 'contactquotes', key: 'contactquoteid', customer: 'contactid', customerType: null },
  { table: 'contactorders', key: 'contactorderid', customer: 'contactid', customerType: null },
  { table: 'contactinvoices', key: 'contactinvoiceid', customer: 'contactid', customerType: null },
]

/** The tables that count as sales activity by this configuration. */
export function activitySources(config: Pick<Config, 'activity'>): ActivitySource[] {
  const documents = config.activity.documents.map(name => ({
    table: name,
    key: salesTable(name).key,
    customer: 'customerid',
    customerType: 'customeridtype',
  }))
  return config.activity.manyToMany ? [...documents, ...manyToMany] : documents
}

/** How an engine writes and compares GUIDs, which have a type of their own on some. */
export interface Guids {
  /** A GUID as it compares: text, lower case, no braces. */
  guid(expression: Sql): Sql
  /** A key as text, as it is written. */
  keyText(key: Sql): Sql
  /** Whether a key is not written as it compares. */
  isAnotherSpelling(key: Sql): Sql
  /**
   * Whether the key column of a table (`account` or `contact`) has the GUID `is`, which is written
   * as it compares; by index.
   */
  hasGuid(table: string, key: Sql, is: Sql): Sql
  /** Whether the GUID `is` is among the keys of a table; for many rows at once. Never NULL. */
  isAmong(table: Sql, key: Sql, is: Sql): Sql
}

/**
 * How a row is found by its GUID: the quick way for one row, or for all rows of a table; there by
 * their places, where rows have one that is quicker to compare than a GUID.
 */
export type LookUp = 'by index' | 'in the whole table' | ByPlace

export interface ByPlace {
  /** The place of the row that is asked about. */
  readonly place: Sql
  /** The place of a row of the same table, under its alias. */
  readonly placeOf: (alias: string) => Sql
}

/**
 * The rules of the upgrade as SQL expressions, each said once: triggers, backfill, checks and
 * sync are all built from these. None binds a value, so that DDL can use them.
 */
export interface Rules {
  readonly sources: readonly ActivitySource[]
  /** A GUID as it compares: lower case, no braces. */
  guid(expression: Sql): Sql
  /** A key as text, as it is written. */
  keyText(key: Sql): Sql
  /** Whether a key is not written as it compares. */
  isAnotherSpelling(key: Sql): Sql
  /** `account`, `contact`, or NULL where the type is missing or another. */
  customerType(expression: Sql): Sql
  /** Whether the row of `table` called `alias` has the GUID `is` (compared as GUIDs), by index. */
  hasGuid(table: string, alias: string, is: Sql): Sql
  /** Whether the type of a document's customer allows it to be a contact. */
  mayBeContact(source: ActivitySource, alias?: string): Sql
  /** Whether the type of a contact's company is missing or none that is known. */
  isUntyped(alias?: string): Sql
  /** Whether any document has the contact `contactId` for its customer. Never NULL. */
  isActive(contactId: Sql, lookUp?: LookUp): Sql
  /** FROM and WHERE of a query for the documents of a source, called `d`, that the contact has. */
  documentsOf(source: ActivitySource, contactId: Sql): Sql
  /** `isActive` for many rows at once: a query for the GUIDs of all that have a document. */
  activeIds(): Sql
  /**
   * Whether the GUID `is` (as it compares) is one of the table's. Never NULL. For queries over
   * many rows: quick without any index, where `hasGuid` would read the table for each of them.
   */
  isAmong(table: 'account' | 'contact', is: Sql): Sql
  /**
   * The type of the company of the contact called `alias`, looked up by its id where not said:
   * by index, or as `isAmong` does it.
   */
  companyType(alias: string, lookUp?: LookUp): Sql
  /** Whether the company of the contact called `alias` is an account. Never NULL. */
  isCompanyAnAccount(alias: string, lookUp?: LookUp): Sql
  /** Whether a number column holds none: NULL or nothing but the empty text. */
  hasNoNumber(column: Sql): Sql
}

/** A driver that binds every number as a real leaves `1.0` in a column of text. */
const customerTypes = {
  account: ['account', 'accounts', '1', '1.0'],
  contact: ['contact', 'contacts', '2', '2.0'],
}

/** The rules for these names, with GUIDs as the engine has them. */
export function rulesOf(config: Pick<Config, 'activity'>, names: Names, guids: Guids): Rules {
  const sources = activitySources(config)
  const guid = (expression: Sql) => guids.guid(expression)

  const customerType = (expression: Sql) =>
    sql`(CASE WHEN ${isWritten(expression, 'account')} THEN 'account' WHEN ${isWritten(expression, 'contact')} THEN 'contact' END)`

  const keyOf = (table: string) =>
    table === 'account' || table === 'contact' ? salesTable(table).key : undefined

  const hasGuid = (table: string, alias: string, is: Sql) =>
    guids.hasGuid(table, names.column(keyOf(table) ?? table, alias), is)

  const isUntyped = (alias?: string) =>
    sql`${customerType(names.column('parentcustomeridtype', alias))} IS NULL`

  const mayBeContact = (source: ActivitySource, alias?: string) =>
    source.customerType === null
      ? all([])
      : sql`${isWritten(names.column(source.customerType, alias), 'account')} IS NOT TRUE`

  const documentsOf = (source: ActivitySource, contactId: Sql) =>
    sql`FROM ${names.table(source.table)} AS d WHERE ${guid(names.column(source.customer, 'd'))} = ${guid(contactId)} AND ${mayBeContact(source, 'd')}`

  const isAmong = (table: 'account' | 'contact', is: Sql) =>
    guids.isAmong(names.table(table), names.column(salesTable(table).key), is)

  const isThere = (table: 'account' | 'contact', id: Sql, lookUp: LookUp) =>
    lookUp === 'by index'
      ? sql`EXISTS (SELECT 1 FROM ${names.table(table)} AS p WHERE ${hasGuid(table, 'p', guid(id))})`
      : isAmong(table, guid(id))

  const companyType = (alias: string, lookUp: LookUp = 'by index') => {
    const parent = names.column('parentcustomerid', alias)
    const stated = customerType(names.column('parentcustomeridtype', alias))
    const among = (table: 'account' | 'contact') => isThere(table, parent, lookUp)
    return sql`(CASE WHEN ${parent} IS NULL THEN NULL WHEN ${stated} IS NOT NULL THEN ${stated} WHEN ${among('account')} THEN 'account' WHEN ${among('contact')} THEN 'contact' END)`
  }

  const activeIds = () =>
    join(
      sources.map(source => {
        // Asked of the GUID, not of the column, this reads nothing but the index that has it.
        const customer = guid(names.column(source.customer))
        return sql`SELECT ${customer} AS id FROM ${names.table(source.table)} WHERE ${customer} IS NOT NULL AND ${mayBeContact(source)}`
      }),
      ' UNION ALL ',
    )

  /**
   * Ids come in order from their index, and so find their contacts near one another. Keys spelled
   * another way are few, mostly none, and have an index: as written here they are gone through
   * first, and ids are looked up for these alone.
   */
  const activePlaces = ({ placeOf }: ByPlace) => {
    const key = names.column('contactid', 'c')
    const contact = sql`${names.table('contact')} AS c`
    return sql`SELECT ${placeOf('c')} FROM (${activeIds()}) AS a CROSS JOIN ${contact} WHERE ${key} = a.id
      UNION ALL SELECT ${placeOf('c')} FROM ${contact} WHERE ${guids.isAnotherSpelling(key)} AND ${guid(key)} > '' AND ${guid(key)} || '' IN (${activeIds()})`
  }

  return {
    sources,
    guid,
    keyText: key => guids.keyText(key),
    isAnotherSpelling: key => guids.isAnotherSpelling(key),
    customerType,
    hasGuid,
    mayBeContact,
    isUntyped,
    isActive: (contactId, lookUp = 'by index') => {
      if (lookUp === 'by index' || sources.length === 0)
        return any(sources.map(source => sql`EXISTS (SELECT 1 ${documentsOf(source, contactId)})`))
      return lookUp === 'in the whole table'
        ? sql`((${guid(contactId)} IN (${activeIds()})) IS TRUE)`
        : sql`(${lookUp.place} IN (${activePlaces(lookUp)}))`
    },
    documentsOf,
    activeIds,
    isAmong,
    companyType,
    isCompanyAnAccount: (alias, lookUp = 'by index') => {
      const parent = names.column('parentcustomerid', alias)
      const type = names.column('parentcustomeridtype', alias)
      return sql`(CASE WHEN ${parent} IS NULL THEN (1 = 0) WHEN ${isWritten(type, 'account')} THEN (1 = 1) WHEN ${isWritten(type, 'contact')} THEN (1 = 0) ELSE ${isThere('account', parent, lookUp)} END)`
    },
    hasNoNumber: column => sql`(${column} IS NULL OR ${column} = '')`,
  }
}

/** Whether the type of a customer is written in one of the ways of this type; NULL for none. */
function isWritten(expression: Sql, type: keyof typeof customerTypes): Sql {
  return sql`(lower(CAST(${expression} AS TEXT)) IN (${join(customerTypes[type].map(literal))}))`
}
