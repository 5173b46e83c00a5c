import type { Database } from '../database/database.ts'
import { field } from '../domain/names.ts'
import { all, join, literal, raw, sql, type Sql } from '../domain/sql.ts'
import { invariants, type Invariant } from '../invariant.ts'
import { longestNumber, parseFormat } from '../numbering/format.ts'

type NumberedTable = 'account' | 'contact'

const keyOf = { account: 'accountid', contact: 'contactid' } as const
const numberOf = { account: field.accountNumber, contact: field.contactNumber } as const

/**
 * What holds after the upgrade whatever happens in Sales, since the triggers see to it: each truth
 * is a query over all rows at once. Rows that the database refused, and accounts that the sync
 * rejected for their number, are recorded elsewhere and break none.
 */
export function lastingTruths(db: Database): Invariant[] {
  return invariants({
    'contacts without a number': withoutNumber(db, 'contact'),
    'accounts without a number': withoutNumber(db, 'account'),
    'contacts with the number of another contact': sharingNumber(db, 'contact'),
    'accounts with the number of another account, which the sync did not reject': unrejected(
      db,
      sharingNumber(db, 'account'),
    ),
    'contacts with the number of an account': sharedWithAccount(db),
    'contact numbers that Finance cannot hold': withLongNumber(db, 'contact'),
    'account numbers that Finance cannot hold': withLongNumber(db, 'account'),
    'contacts whose flag Is Active Customer does not agree with the documents': wrongActivity(db),
    'contacts whose flag IsCompanyAnAccount does not agree with the company': wrongCompany(db),
    'contact numbers that the sequence would give once more': overtaken(db, 'contact'),
    'account numbers that the sequence would give once more': overtaken(db, 'account'),
  })
}

/** Duplicates that were accepted are told by the sync, and are no violation. */
function unrejected(db: Database, rows: Sql): Sql {
  return sql`SELECT * FROM (${rows}) AS shared WHERE ${db.rules.guid(raw('id'))} NOT IN (SELECT ${db.rules.guid(raw('source_id'))} FROM p2c_sync_reject WHERE code = 'ACCOUNT_NUMBER_DUPLICATE')`
}

function withoutNumber(db: Database, table: NumberedTable): Sql {
  const number = db.names.column(numberOf[table], 'r')
  return rowsWhere(db, table, [db.rules.hasNoNumber(number), notRefused(db, table)])
}

function sharingNumber(db: Database, table: NumberedTable): Sql {
  const number = (alias: string) => db.dialect.bytewise(db.names.column(numberOf[table], alias))
  const shared = sql`SELECT ${number('o')} FROM ${db.names.table(table)} AS o WHERE ${number('o')} <> '' GROUP BY ${number('o')} HAVING count(*) > 1`
  return rowsWhere(db, table, [sql`${number('r')} IN (${shared})`])
}

function withLongNumber(db: Database, table: NumberedTable): Sql {
  const number = db.names.column(numberOf[table], 'r')
  return rowsWhere(db, table, [sql`length(${number}) > ${raw(String(longestNumber))}`])
}

/** Both are customer accounts in F&O, which has one of each number. */
function sharedWithAccount(db: Database): Sql {
  const number = db.names.column(field.accountNumber, 'a')
  const accounts = sql`SELECT ${number} FROM ${db.names.table('account')} AS a WHERE ${number} <> ''`
  return rowsWhere(db, 'contact', [
    sql`${db.names.column(field.contactNumber, 'r')} IN (${accounts})`,
  ])
}

function wrongActivity(db: Database): Sql {
  const id = db.rules.guid(db.names.column('contactid', 'r'))
  return wrongFlag(db, field.isActiveCustomer, sql`${id} IN (${db.rules.activeIds()})`)
}

function wrongCompany(db: Database): Sql {
  const type = db.rules.companyType('r', 'in the whole table')
  return wrongFlag(db, field.isCompanyAnAccount, sql`coalesce(${type}, '') = 'account'`)
}

function wrongFlag(db: Database, flag: string, isYes: Sql): Sql {
  const column = db.names.column(flag, 'r')
  const should = sql`(CASE WHEN ${isYes} THEN ${db.dialect.flag(true)} ELSE ${db.dialect.flag(false)} END)`
  return rowsWhere(
    db,
    'contact',
    [sql`${column} IS DISTINCT FROM ${should}`, notRefused(db, 'contact')],
    [sql`${column} AS flag`, sql`${should} AS should_be`],
  )
}

/** Numbers of the configured format that the sequence would give once more. */
function overtaken(db: Database, table: NumberedTable): Sql {
  const { alphabet, [table]: numbering } = db.config.numbering
  const number = db.names.column(numberOf[table], 'r')
  const sequence = db.dialect.sequenceNumber(parseFormat(numbering.format, alphabet), number)
  const next = sql`(SELECT next_value FROM p2c_number_sequence WHERE name = ${literal(table)})`
  return rowsWhere(db, table, [sql`${sequence} >= coalesce(${next}, 0)`])
}

/** That the backfill did not have to leave the row out. */
function notRefused(db: Database, table: NumberedTable): Sql {
  return sql`NOT EXISTS (SELECT 1 FROM p2c_reject AS j WHERE j.table_name = ${literal(table)} AND j.row_key = ${db.rules.keyText(db.names.column(keyOf[table], 'r'))})`
}

function rowsWhere(
  db: Database,
  table: NumberedTable,
  conditions: readonly Sql[],
  more: readonly Sql[] = [],
): Sql {
  const id = sql`${db.names.column(keyOf[table], 'r')} AS id`
  const number = sql`${db.names.column(numberOf[table], 'r')} AS number`
  return sql`SELECT ${join([id, number, ...more], ', ')} FROM ${db.names.table(table)} AS r WHERE ${all(conditions)}`
}
