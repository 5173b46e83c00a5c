import knex, { type Knex } from 'knex'
import { knownCountries } from '../../src/sync/countries.ts'
import { type Mapping, country, keys, legs, targetTables } from './mapping.ts'

/**
 * The script that most people would write: helper indexes, a loop, an UPDATE per row, an upsert
 * per record, a thousand rows in a transaction. It keeps no before-images. Usage: knex-script.ts
 * FILE|postgres://…
 */
const [place = ''] = process.argv.slice(2)
const isServer = place.startsWith('postgres:')
const db = isServer
  ? knex({ client: 'pg', connection: place })
  : knex({ client: 'better-sqlite3', connection: { filename: place }, useNullAsDefault: true })
const rowsPerTransaction = 1000
const documents = ['quote', 'salesorder', 'invoice'] as const

await prepare()
await numberAccounts()
await numberAndFlagContacts()
await db.schema.alterTable('account', table => table.unique(['accountnumber']))
await db.schema.alterTable('contact', table => table.unique(['msdynce_contactnumber']))
await fillTargets()
await db.destroy()

async function prepare(): Promise<void> {
  await db.schema.alterTable('contact', table => {
    table.string('msdynce_contactnumber', 20)
    table.boolean('msdynce_isactivecustomer')
    table.boolean('msdynce_iscompanyanaccount')
  })
  for (const name of documents)
    await db.schema.alterTable(name, table => table.index(['customerid', 'customeridtype']))
  for (const table of targetTables(!isServer)) await db.raw(table)
  await db.schema.createTable('country', table => {
    table.string('spelling').primary()
    table.string('alpha2')
    table.string('alpha3')
  })
  await inTransactions([...(await knownCountries())], (trx, [spelling, country]) =>
    trx('country').insert({ spelling, alpha2: country.alpha2, alpha3: country.alpha3 }),
  )
}

async function numberAccounts(): Promise<void> {
  const accounts = await db<{ accountid: string }>('account')
    .whereNull('accountnumber')
    .orderBy(['createdon', 'accountid'])
    .select('accountid')
  let next = 1000
  await inTransactions(accounts, (trx, { accountid }) =>
    trx('account')
      .where({ accountid })
      .update({ accountnumber: numberText('ACC', next++) }),
  )
}

async function numberAndFlagContacts(): Promise<void> {
  const contacts = await db<{ contactid: string; parentcustomeridtype: string | null }>('contact')
    .orderBy(['createdon', 'contactid'])
    .select('contactid', 'parentcustomeridtype')
  let next = 1000
  await inTransactions(contacts, async (trx, { contactid, parentcustomeridtype }) => {
    const isActive = await hasDocuments(trx, contactid)
    await trx('contact')
      .where({ contactid })
      .update({
        msdynce_contactnumber: numberText('CON', next++),
        msdynce_isactivecustomer: isActive,
        msdynce_iscompanyanaccount: parentcustomeridtype === 'account',
      })
  })
}

async function hasDocuments(trx: Knex.Transaction, contactid: string): Promise<boolean> {
  for (const name of documents) {
    const found: unknown = await trx(name)
      .where({ customerid: contactid, customeridtype: 'contact' })
      .first(trx.raw('1'))
    if (found !== undefined) return true
  }
  return false
}

function numberText(prefix: string, sequence: number): string {
  const letters = Array.from({ length: 6 }, () =>
    'BCDFGHJKLMNPQRSTVWXYZ'.charAt(Math.floor(Math.random() * 21)),
  )
  return `${prefix}-${String(sequence).padStart(5, '0')}-${letters.join('')}`
}

async function fillTargets(): Promise<void> {
  const salesCountry = country('s.address1_country')
  await fill(legs.accountToCds, `account AS s ${salesCountry}`)
  await fill(
    legs.accountToFinance,
    `cds_account AS s ${country('s."MailingPostalAddress_Country"')}`,
  )
  await fill(
    legs.contactToCds,
    `contact AS s JOIN account AS p ON p.accountid = s.parentcustomerid ${salesCountry}
      WHERE NOT s.msdynce_isactivecustomer AND s.msdynce_iscompanyanaccount`,
  )
  await fill(
    legs.contactToFinance,
    `cds_contact AS s ${country('s."BusinessPostalAddress_Country"')}`,
  )
  await fill(legs.customerToCds, `contact AS s ${salesCountry} WHERE s.msdynce_isactivecustomer`)
  await fill(
    legs.customerToFinance,
    `cds_account AS s ${country('s."MailingPostalAddress_Country"')} WHERE s."PartyType" = 'Person'`,
  )
}

async function fill({ target, columns }: Mapping, from: string): Promise<void> {
  const values = Object.entries(columns).map(([column, value]) => `${value} AS "${column}"`)
  const records = await db
    .select<Record<string, unknown>[]>(db.raw(values.join()))
    .from(db.raw(from) as unknown as string)
  await inTransactions(records, (trx, record) =>
    trx(target)
      .insert(record)
      .onConflict([...keys[target]])
      .merge(),
  )
}

async function inTransactions<Row>(
  rows: readonly Row[],
  work: (trx: Knex.Transaction, row: Row) => PromiseLike<unknown>,
): Promise<void> {
  for (let first = 0; first < rows.length; first += rowsPerTransaction)
    await db.transaction(async trx => {
      for (const row of rows.slice(first, first + rowsPerTransaction)) await work(trx, row)
    })
}
