import type { ActivitySource } from '../../domain/rules.ts'
import { field } from '../../domain/names.ts'
import { salesTable } from '../../domain/sales.ts'
import {
  all,
  empty,
  identifier,
  join,
  literal,
  raw,
  sql,
  textOf,
  type Sql,
} from '../../domain/sql.ts'
import { highestOf, type FormatPart, type NumberFormat } from '../../numbering/format.ts'
import type { Database } from '../database.ts'
import type { LiveNumber, SchemaDeed, SchemaObject } from '../dialect.ts'
import { sequenceNumber } from './sequence-number.ts'
import { of, trigger } from './trigger.ts'

/**
 * The triggers and indexes that serve rows of other programs. They must parse and run on SQLite
 * 3.26 in any client: no UPDATE FROM, no RETURNING, no functions of our own, no alias in UPDATE.
 *
 * INSERT OR REPLACE deletes the old row without firing delete triggers (recursive_triggers is off
 * by default), and the AFTER trigger no longer sees it. So a BEFORE trigger writes down what must
 * outlive it (the contact's number, the document's customer) in p2c_replaced.
 */
export function liveSchema(
  db: Database,
  numbers: readonly LiveNumber[],
): (SchemaObject | SchemaDeed)[] {
  return [
    ...numbers.map(number => passKept(db, number)),
    ...guidIndexes(db),
    ...numbers.flatMap(number => numberTriggers(db, number)),
    ...companyTriggers(db),
    ...db.rules.sources.flatMap(source => activityTriggers(db, source)),
  ]
}

/** Random letters. `abs(random())` would fail once in 2^64 rows, so the sign bit is masked. */
function randomText(alphabet: string, length: number): Sql {
  const letter = sql`substr(${literal(alphabet)}, 1 + (random() & 9223372036854775807) % ${raw(String(alphabet.length))}, 1)`
  return join(
    Array.from({ length }, () => letter),
    ' || ',
  )
}

/**
 * Partial indexes: for keys that are not stored in canonical form (usually none), for documents
 * that may belong to a contact, and for contacts whose company has no type (usually few).
 */
function guidIndexes(db: Database): SchemaObject[] {
  const { names, rules } = db
  const keys = (['account', 'contact'] as const).map(table => {
    const key = names.column(salesTable(table).key)
    return index(
      `p2c_${table}_guid`,
      names.table(table),
      rules.guid(key),
      sql`${key} <> ${rules.guid(key)}`,
    )
  })
  const documents = rules.sources.map(source =>
    index(
      `p2c_${source.table}_customer`,
      names.table(source.table),
      rules.guid(names.column(source.customer)),
      // No index is used for a condition that says nothing.
      source.customerType === null ? null : rules.mayBeContact(source),
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

function passKept(db: Database, { table, column, sequence, format }: LiveNumber): SchemaDeed {
  const kept = sequenceNumber(format, db.names.column(column))
  const highest = sql`(SELECT max(${kept}) FROM ${db.names.table(table)})`
  const pass = sql`UPDATE p2c_number_sequence SET next_value = ${highest} + 1 WHERE name = ${literal(sequence)} AND next_value <= ${highest}`
  return { name: `p2c_${table}_kept`, create: textOf(pass), drop: null }
}

function numberTriggers(db: Database, number: LiveNumber): SchemaObject[] {
  const { names } = db
  const { table, sequence, format } = number
  const on = names.table(table)
  const key = names.column(salesTable(table).key)
  const newKey = of('NEW', key)
  const column = names.column(number.column)
  const newNumber = of('NEW', column)
  const thisSequence = sql`name = ${literal(sequence)}`
  const memory = memoryOf(table, newKey)
  const needsNew = sql`coalesce(${newNumber}, '') = '' AND ${memory.value} IS NULL`
  const highest = raw(String(highestOf(format)))
  const exhausted = literal(
    `NUMBERS_EXHAUSTED: there is no number left in the format ${format.text}`,
  )
  const guid = db.rules.guid(newKey)
  const isGiven = sql`sequence = ${literal(sequence)} AND row_key = ${guid}`
  const next = sql`(SELECT next_value FROM p2c_number_sequence WHERE ${thisSequence})`

  return [
    trigger(`p2c_${table}_remember`, sql`BEFORE INSERT ON ${on}`, [
      memory.clear,
      memory.keep(
        sql`SELECT ${column} AS value FROM ${on} WHERE ${key} = ${newKey} AND ${column} <> '' LIMIT 1`,
      ),
      // Its number from before an earlier rollback, unless somebody else has it now.
      memory.keep(
        sql`SELECT number AS value FROM p2c_given_number WHERE ${isGiven} AND ${memory.value} IS NULL AND NOT EXISTS (SELECT 1 FROM ${on} WHERE ${column} = p2c_given_number.number)`,
      ),
    ]),
    trigger(`p2c_${table}_number`, sql`AFTER INSERT ON ${on}`, [
      sql`SELECT RAISE(ABORT, ${exhausted}) WHERE ${needsNew} AND ${next} > ${highest}`,
      sql`UPDATE p2c_number_sequence SET next_value = next_value + 1 WHERE ${thisSequence} AND ${needsNew}`,
      sql`UPDATE ${on} SET ${column} = coalesce(${memory.value}, ${numberText(format, sql`${next} - 1`)}) WHERE ${key} = ${newKey} AND coalesce(${newNumber}, '') = ''`,
      // Not INSERT OR REPLACE: inside a trigger the OR of the statement that fired it rules.
      sql`DELETE FROM p2c_given_number WHERE ${isGiven} AND ${needsNew}`,
      sql`INSERT INTO p2c_given_number (sequence, row_key, number) SELECT ${literal(sequence)}, ${guid}, ${column} FROM ${on} WHERE ${key} = ${newKey} AND ${needsNew} LIMIT 1`,
      memory.clear,
      advancePast(format, newNumber, thisSequence),
    ]),
    trigger(
      `p2c_${table}_number_set`,
      sql`AFTER UPDATE OF ${column} ON ${on}${table === 'contact' ? sql` WHEN ${isNoBackfill(db)}` : empty}`,
      [advancePast(format, newNumber, thisSequence)],
    ),
  ]
}

/** The backfill, whose numbers are taken already, fills number and flags of a row together. */
function isNoBackfill(db: Database): Sql {
  const number = db.names.column(field.contactNumber)
  const active = db.names.column(field.isActiveCustomer)
  return sql`(${of('OLD', number)} <> '' OR ${of('OLD', active)} IS NOT NULL OR ${of('NEW', active)} IS NULL)`
}

/** What a BEFORE INSERT trigger hands to the AFTER INSERT trigger of the same row. */
interface Memory {
  /** The value kept, or NULL. */
  readonly value: Sql
  /** Keeps the value of a query that finds at most one. */
  keep(query: Sql): Sql
  /**
   * Forgets what is kept of the whole table. An upsert or INSERT OR IGNORE that comes upon a row
   * leaves one behind, since no AFTER INSERT trigger follows, and the next insert takes it away.
   */
  readonly clear: Sql
}

function memoryOf(table: string, newKey: Sql): Memory {
  const source = literal(table)
  return {
    value: sql`(SELECT value FROM p2c_replaced WHERE source = ${source} AND row_key = ${newKey})`,
    keep: query =>
      sql`INSERT INTO p2c_replaced (source, row_key, value) SELECT ${source}, ${newKey}, kept.value FROM (${query}) AS kept`,
    clear: sql`DELETE FROM p2c_replaced WHERE source = ${source}`,
  }
}

/** A number that somebody else gave pushes the sequence past itself, so that it is not met again. */
function advancePast(format: NumberFormat, number: Sql, thisSequence: Sql): Sql {
  const given = sequenceNumber(format, number)
  return sql`UPDATE p2c_number_sequence SET next_value = ${given} + 1 WHERE ${thisSequence} AND ${given} BETWEEN next_value AND ${raw(String(highestOf(format)))}`
}

function companyTriggers(db: Database): SchemaObject[] {
  const { names, rules } = db
  const contact = names.table('contact')
  const alias = names.tableName('contact')
  const key = names.column('contactid')
  const company = names.column(field.isCompanyAnAccount)
  const active = names.column(field.isActiveCustomer)
  const parent = names.column('parentcustomerid', alias)
  const newKey = of('NEW', key)
  const flags = sql`UPDATE ${contact} SET ${active} = ${rules.isActive(names.column('contactid', alias))}, ${company} = ${rules.isCompanyAnAccount(alias)} WHERE ${key} = ${newKey}`
  const accountKey = names.column('accountid')
  const untypedUnder = (row: 'NEW' | 'OLD') =>
    sql`UPDATE ${contact} SET ${company} = ${rules.isCompanyAnAccount(alias)} WHERE ${rules.guid(parent)} = ${rules.guid(of(row, accountKey))} AND ${parent} IS NOT NULL AND ${rules.isUntyped(alias)}`
  const account = names.table('account')
  return [
    trigger('p2c_contact_flags', sql`AFTER INSERT ON ${contact}`, [flags]),
    trigger(
      'p2c_contact_moved',
      sql`AFTER UPDATE OF ${key}, ${names.column('parentcustomerid')}, ${names.column('parentcustomeridtype')} ON ${contact}`,
      [flags],
    ),
    trigger('p2c_account_inserted', sql`AFTER INSERT ON ${account}`, [untypedUnder('NEW')]),
    trigger('p2c_account_deleted', sql`AFTER DELETE ON ${account}`, [untypedUnder('OLD')]),
    trigger('p2c_account_moved', sql`AFTER UPDATE OF ${accountKey} ON ${account}`, [
      untypedUnder('OLD'),
      untypedUnder('NEW'),
    ]),
  ]
}

function activityTriggers(db: Database, source: ActivitySource): SchemaObject[] {
  const { names, rules, dialect } = db
  const on = names.table(source.table)
  const key = names.column(source.key)
  const customer = names.column(source.customer)
  const newKey = of('NEW', key)
  const contact = names.table('contact')
  const alias = names.tableName('contact')
  const active = names.column(field.isActiveCustomer)
  const isThisContact = (customerId: Sql) => rules.hasGuid('contact', alias, rules.guid(customerId))
  const recompute = (customerId: Sql) =>
    sql`UPDATE ${contact} SET ${active} = ${rules.isActive(names.column('contactid', alias))} WHERE ${isThisContact(customerId)}`
  const memory = memoryOf(source.table, newKey)
  const watched =
    source.customerType === null ? customer : sql`${customer}, ${names.column(source.customerType)}`

  return [
    trigger(`p2c_${source.table}_remember`, sql`BEFORE INSERT ON ${on}`, [
      memory.clear,
      memory.keep(
        sql`SELECT ${customer} AS value FROM ${on} WHERE ${key} = ${newKey} AND ${customer} IS NOT NULL LIMIT 1`,
      ),
    ]),
    trigger(`p2c_${source.table}_inserted`, sql`AFTER INSERT ON ${on}`, [
      sql`UPDATE ${contact} SET ${active} = ${dialect.flag(true)} WHERE ${isThisContact(of('NEW', customer))} AND ${rules.mayBeContact(source, 'NEW')} AND coalesce(${active}, ${dialect.flag(false)}) <> ${dialect.flag(true)}`,
      recompute(memory.value),
      memory.clear,
    ]),
    trigger(`p2c_${source.table}_deleted`, sql`AFTER DELETE ON ${on}`, [
      recompute(of('OLD', customer)),
    ]),
    trigger(`p2c_${source.table}_moved`, sql`AFTER UPDATE OF ${watched} ON ${on}`, [
      recompute(of('OLD', customer)),
      recompute(of('NEW', customer)),
    ]),
  ]
}

/** The text of a number, as an expression over its sequence number. */
function numberText(format: NumberFormat, sequence: Sql): Sql {
  const part = (part: FormatPart): Sql => {
    switch (part.kind) {
      case 'literal':
        return literal(part.text)
      case 'sequence':
        return sql`printf(${literal(`%0${part.digits}d`)}, ${sequence})`
      case 'random':
        return randomText(format.alphabet, part.length)
      case 'time':
        return timeText(part.pattern)
    }
  }
  return join(format.parts.map(part), ' || ')
}

function timeText(pattern: string): Sql {
  const tokens: Record<string, string> = {
    yyyy: '%Y',
    MM: '%m',
    dd: '%d',
    HH: '%H',
    mm: '%M',
    ss: '%S',
  }
  const pieces = pattern.split(/(yyyy|yy|MM|dd|HH|mm|ss)/).filter(piece => piece !== '')
  return join(
    pieces.map(piece => {
      if (piece === 'yy') return sql`substr(strftime('%Y', 'now'), 3, 2)`
      const token = tokens[piece]
      return token === undefined ? literal(piece) : sql`strftime(${literal(token)}, 'now')`
    }),
    ' || ',
  )
}

function index(name: string, table: Sql, expression: Sql, where: Sql | null): SchemaObject {
  const part = where ? sql` WHERE ${all([where])}` : empty
  const create = sql`CREATE INDEX ${identifier(name)} ON ${table} (${expression})${part}`
  return { name, create: textOf(create), drop: textOf(sql`DROP INDEX ${identifier(name)}`) }
}
