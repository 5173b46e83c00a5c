import { columnOf } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import type { ListedColumn } from '../database/dialect.ts'
import { currencies, salesTable } from '../domain/sales.ts'
import { identifier, join, raw, sql, type Sql } from '../domain/sql.ts'
import { readsSales } from './compile.ts'
import type { Countries } from './countries.ts'
import { customersV2 } from './entities/customers-v2.ts'
import type { ProjectLeg } from './project.ts'
import { accounts } from './templates/accounts.ts'
import { dropWorkTables, makeWorkTable } from './work-tables.ts'

const chunkRows = 500

/** The table that statements look countries up in, by their spelling. */
export async function makeCountryTable(db: Database, countries: Countries): Promise<void> {
  await makeWorkTable(
    db,
    'country',
    'spelling text NOT NULL PRIMARY KEY, alpha2 text NOT NULL, alpha3 text NOT NULL',
  )
  const rows = [...countries]
  await db.transaction(async () => {
    for (let first = 0; first < rows.length; first += chunkRows) {
      const chunk = rows.slice(first, first + chunkRows)
      const values = chunk.map(([text, { alpha2, alpha3 }]) => sql`(${text}, ${alpha2}, ${alpha3})`)
      await db.change(
        sql`INSERT INTO p2c_sync_country (spelling, alpha2, alpha3) VALUES ${join(values)}`,
      )
    }
  })
  await db.dialect.renewStatistics(db, raw('p2c_sync_country'))
}

/** The tables that the statements of a leg look things up in. */
export async function makeLookUpTables(db: Database, leg: ProjectLeg): Promise<void> {
  if (readsSales(leg)) await makeSourceTables(db, leg)
  if (leg.customer !== undefined) await fillCustomers(db)
}

/**
 * For a leg that reads Sales: currencies by their GUID, the numbers that stand on more than one
 * row of the source, and the accounts under which contacts sit.
 */
async function makeSourceTables(db: Database, leg: ProjectLeg): Promise<void> {
  await fillAccounts(db, companyAttributes(leg))
  await makeWorkTable(db, 'currency', 'guid text NOT NULL PRIMARY KEY, code text')
  await makeWorkTable(db, 'duplicate', 'key text NOT NULL PRIMARY KEY, rows bigint NOT NULL')
  await fillCurrencies(db)
  await fillDuplicates(db, leg)
  await db.dialect.renewStatistics(db, raw('p2c_sync_currency'))
  await db.dialect.renewStatistics(db, raw('p2c_sync_duplicate'))
}

/** The customers of the company, narrow: their own table is too wide to look into it so often. */
async function fillCustomers(db: Database): Promise<void> {
  await dropWorkTables(db, ['customer'])
  await db.dialect.makeLookUp(db, {
    table: raw('p2c_sync_customer'),
    key: text(db, 'key', raw('"CustomerAccount"')),
    columns: [],
    from: sql`${identifier(customersV2.table)} WHERE "dataAreaId" = ${db.config.organization.company}`,
  })
}

/** Text that compares as the targets' does, so that their indexes and these serve one another. */
function text(db: Database, name: string, value: Sql): ListedColumn {
  return { name: identifier(name), value, type: db.dialect.bytewiseText }
}

const company = 'parentcustomerid.'

/** Columns of the company's account that a leg reads; none where it reads no account. */
export function companyAttributes(leg: ProjectLeg): string[] {
  const read = leg.maps
    .flatMap(({ from }) => from)
    .filter(column => column.startsWith(company))
    .map(column => column.slice(company.length))
  return read.length === 0 ? [] : [...new Set([accounts.legs[0].number, ...read])]
}

/** Narrow, and by the GUID as it compares: a contact finds its account with one look. */
async function fillAccounts(db: Database, attributes: readonly string[]): Promise<void> {
  if (attributes.length === 0) return
  const { names, rules } = db
  const guid = rules.guid(names.column(salesTable('account').key))
  const rejected = sql`SELECT source_id FROM p2c_sync_reject WHERE task = ${accounts.task}`
  await dropWorkTables(db, ['account'])
  await db.dialect.makeLookUp(db, {
    table: raw('p2c_sync_account'),
    key: text(db, 'guid', guid),
    columns: [
      {
        name: raw('is_rejected'),
        value: sql`CASE WHEN ${guid} IN (${rejected}) THEN 1 ELSE 0 END`,
        type: raw('integer'),
      },
      ...attributes.map(name => text(db, name, names.column(name))),
    ],
    from: sql`${names.table('account')} WHERE ${guid} IS NOT NULL`,
  })
}

/** The extract may bring the currencies; without them there is none that is known. */
async function fillCurrencies(db: Database): Promise<void> {
  const { table, id: key, code } = currencies
  const found = await db.dialect.describeTable(db, table)
  if (!found || !columnOf(db, found, key) || !columnOf(db, found, code)) return
  const id = db.rules.guid(raw(currencies.id))
  await db.change(
    sql`INSERT INTO p2c_sync_currency (guid, code) SELECT ${id}, ${raw(currencies.code)} FROM ${identifier(found.name)} WHERE ${raw(currencies.id)} IS NOT NULL ON CONFLICT (guid) DO NOTHING`,
  )
}

/** None where an index keeps the numbers apart. */
async function fillDuplicates(db: Database, leg: ProjectLeg): Promise<void> {
  const { names, dialect } = db
  if (await dialect.isUnique(db, names.tableName(leg.source), names.columnName(leg.number))) return
  const number = dialect.bytewise(names.column(leg.number))
  await db.change(
    sql`INSERT INTO p2c_sync_duplicate (key, rows) SELECT ${number}, count(*) FROM ${names.table(leg.source)} WHERE ${number} > '' GROUP BY ${number} HAVING count(*) > 1`,
  )
}
