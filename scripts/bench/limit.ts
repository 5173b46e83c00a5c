import Driver from 'better-sqlite3'
import { knownCountries } from '../../src/sync/countries.ts'
import { type Mapping, insertion, legs, targetTables } from './mapping.ts'

/**
 * The rival to measure by: the fastest script that was found for this one job on this one shape
 * of data. It checks nothing, cannot go on where it was, nor be undone by itself, and leaves no
 * triggers behind; it does keep the before-images. Usage: limit.ts FILE wal|off
 *
 * With `wal` it keeps what p2c keeps too: a crash costs nothing but the work, and who reads is
 * never kept out. With `off` a crash costs the database.
 *
 * What was tried on a million contacts, in CPU seconds:
 * - Without a journal 15.9 (1.26 GB written); with a rollback journal 17.1 (1.58 GB), in which
 *   nobody reads until it is done; with a write-ahead log 19.9 (2.29 GB).
 * - With a page cache of 8 or 16 MB: 20; of 64 MB: 24; of 1 GB: 34. Every pass is a scan or a
 *   sort, and a small cache stays in that of the processor.
 * - With a prepared UPDATE per row in storage order: 18; with one UPDATE that calls functions: 21.
 * - Who is active, by the index of the contacts or by a Set of GUIDs: no difference.
 * - A target from a scan that is sorted: 3.5; from rows fetched by their numbers: 6.5 to 11.
 * - Account numbers looked up in a narrow table by GUID: 3 less than in the accounts.
 */
const [file, journal] = process.argv.slice(2)
const db = new Driver(file).unsafeMode()
db.exec(`
  PRAGMA journal_mode = ${journal === 'wal' ? 'WAL' : 'OFF'};
  PRAGMA synchronous = ${journal === 'wal' ? 'FULL' : 'OFF'};
  PRAGMA cache_size = -16000;
  BEGIN`)
numberAccounts()
numberAndFlagContacts()
db.exec(`
  CREATE UNIQUE INDEX account_number ON account (accountnumber);
  CREATE UNIQUE INDEX contact_number ON contact (msdynce_contactnumber)`)
await fillTargets()
db.exec('COMMIT')
db.close()

function numberAccounts(): void {
  db.exec(`
    CREATE TABLE before_account (accountid TEXT, accountnumber TEXT);
    INSERT INTO before_account SELECT accountid, accountnumber FROM account WHERE accountnumber IS NULL`)
  const numbers = sequenceByRow('account', 'accountid', 'accountnumber IS NULL')
  const update = db.prepare('UPDATE account SET accountnumber = ? WHERE rowid = ?')
  for (const [row, number] of numbers.entries())
    if (number > 0) update.run(numberText('ACC', number), row)
}

function numberAndFlagContacts(): void {
  db.exec(`
    ALTER TABLE contact ADD COLUMN msdynce_contactnumber TEXT;
    ALTER TABLE contact ADD COLUMN msdynce_isactivecustomer INTEGER;
    ALTER TABLE contact ADD COLUMN msdynce_iscompanyanaccount INTEGER;
    CREATE TABLE before_contact (contactid TEXT, number TEXT, isactive INTEGER, isaccount INTEGER);
    INSERT INTO before_contact SELECT contactid, msdynce_contactnumber,
      msdynce_isactivecustomer, msdynce_iscompanyanaccount FROM contact`)
  const numbers = sequenceByRow('contact', 'contactid', 'true')
  const isActive = activeByRow(numbers.length)
  const update = db.prepare(`
    UPDATE contact SET msdynce_contactnumber = ?, msdynce_isactivecustomer = ?,
      msdynce_iscompanyanaccount = parentcustomeridtype IS 'account' WHERE rowid = ?`)
  for (const [row, number] of numbers.entries())
    if (number > 0) update.run(numberText('CON', number), isActive[row], row)
}

/** The sequence number of each row, oldest first, by rowid; 0 where the row gets none. */
function sequenceByRow(table: string, key: string, where: string): Uint32Array {
  const last = db.prepare(`SELECT max(rowid) FROM ${table}`).pluck().get() as number
  const numbers = new Uint32Array(last + 1)
  const rows = db.prepare(`SELECT rowid FROM ${table} WHERE ${where} ORDER BY createdon, ${key}`)
  let next = 1000
  for (const row of rows.pluck().iterate()) numbers[row as number] = next++
  return numbers
}

function activeByRow(length: number): Uint8Array {
  const customers = ['quote', 'salesorder', 'invoice']
    .map(table => `SELECT customerid AS id FROM ${table} WHERE customeridtype = 'contact'`)
    .join(' UNION ')
  const rows = db.prepare(`
    SELECT c.rowid FROM (${customers}) AS d CROSS JOIN contact AS c ON c.contactid = d.id`)
  const isActive = new Uint8Array(length)
  for (const row of rows.pluck().iterate()) isActive[row as number] = 1
  return isActive
}

function numberText(prefix: string, sequence: number): string {
  const alphabet = 'BCDFGHJKLMNPQRSTVWXYZ'
  let text = `${prefix}-${String(sequence).padStart(5, '0')}-`
  for (let i = 0; i < 6; i++) text += alphabet.charAt(Math.floor(Math.random() * alphabet.length))
  return text
}

async function fillTargets(): Promise<void> {
  for (const table of targetTables(true)) db.exec(table)
  // Sorted by a value that is no column, or the planner would use an index and read at random.
  db.exec(`
    CREATE TEMP TABLE country (spelling TEXT PRIMARY KEY, alpha2 TEXT, alpha3 TEXT) WITHOUT ROWID;
    CREATE TEMP TABLE parent (accountid TEXT PRIMARY KEY, accountnumber TEXT) WITHOUT ROWID;
    INSERT INTO parent SELECT accountid, accountnumber FROM account ORDER BY +accountid`)
  const insertCountry = db.prepare('INSERT INTO country VALUES (?, ?, ?)')
  for (const [spelling, { alpha2, alpha3 }] of await knownCountries())
    insertCountry.run(spelling, alpha2, alpha3)

  const salesCountry = 'LEFT JOIN country AS k ON k.spelling = lower(trim(s.address1_country))'
  const cdsCountry = (address: string) =>
    `LEFT JOIN country AS k ON k.spelling = lower(s."${address}_Country")`
  const number = 's.msdynce_contactnumber'
  fill(legs.accountToCds, `account AS s ${salesCountry} ORDER BY +s.accountnumber`)
  fill(legs.accountToFinance, `cds_account AS s ${cdsCountry('MailingPostalAddress')}`)
  fill(
    legs.contactToCds,
    `contact AS s JOIN parent AS p ON p.accountid = s.parentcustomerid ${salesCountry}
      WHERE s.msdynce_isactivecustomer = 0 AND s.msdynce_iscompanyanaccount = 1 ORDER BY +${number}`,
  )
  fill(legs.contactToFinance, `cds_contact AS s ${cdsCountry('BusinessPostalAddress')}`)
  fill(
    legs.customerToCds,
    `contact AS s ${salesCountry} WHERE s.msdynce_isactivecustomer = 1 ORDER BY +${number}`,
  )
  fill(
    legs.customerToFinance,
    `cds_account AS s ${cdsCountry('MailingPostalAddress')}
      WHERE s."Organization_OrganizationId" = 'ORG001' AND s."AccountId" >= 'CON-' AND s."AccountId" < 'CON.'`,
  )
}

function fill(mapping: Mapping, from: string): void {
  db.exec(insertion(mapping, from))
}
