import pg from 'pg'
import { knownCountries } from '../../../src/sync/countries.ts'
import { type Mapping, country, insertion, legs, targetTables } from '../mapping.ts'

/**
 * What somebody who knows PostgreSQL well would write for this one job on this one shape of data,
 * on one connection: numbers, flags, before-images, unique indexes, and the four targets. It checks
 * nothing, is not to be undone by itself, and leaves no triggers behind. Usage: by-hand.ts
 * postgres://… single|batches
 *
 * - single: one statement a step. Each keeps its rows locked, and vacuum waiting, until it is done.
 * - batches: 10,000 rows a transaction, from a plan that is kept, so that it could be gone on with.
 */
const [url = '', way] = process.argv.slice(2)
const rowsPerBatch = 10_000
const documents = ['quote', 'salesorder', 'invoice'] as const
const client = new pg.Client({ connectionString: url })
await client.connect()
await client.query(`
  SET work_mem = '256MB';
  SET maintenance_work_mem = '256MB';
  ALTER TABLE contact ADD COLUMN msdynce_contactnumber text,
    ADD COLUMN msdynce_isactivecustomer boolean, ADD COLUMN msdynce_iscompanyanaccount boolean`)
if (way === 'batches') await numberInBatches()
else await numberAtOnce()
await client.query(`
  CREATE UNIQUE INDEX account_number ON account (accountnumber);
  CREATE UNIQUE INDEX contact_number ON contact (msdynce_contactnumber);
  ANALYZE account, contact`)
await fillTargets()
await client.end()

async function numberAtOnce(): Promise<void> {
  await client.query(`
    CREATE TABLE before_account AS SELECT accountid, accountnumber FROM account WHERE accountnumber IS NULL;
    UPDATE account AS a SET accountnumber = ${numberText('ACC', 'o.n')}
      FROM (${accountsInOrder()}) AS o WHERE a.accountid = o.accountid;
    CREATE TABLE before_contact AS SELECT contactid, msdynce_contactnumber,
      msdynce_isactivecustomer, msdynce_iscompanyanaccount FROM contact;
    UPDATE contact AS c SET msdynce_contactnumber = ${numberText('CON', 'o.n')},
        msdynce_isactivecustomer = o.isactive, msdynce_iscompanyanaccount = o.isaccount
      FROM (${contactsInOrder()}) AS o WHERE c.contactid = o.contactid`)
}

/** The plan is the journal: what it numbers had no number, and no flags. */
async function numberInBatches(): Promise<void> {
  await client.query(`
    CREATE TABLE plan_account (position integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, accountid uuid, number text);
    INSERT INTO plan_account (accountid, number)
      SELECT accountid, ${numberText('ACC', 'o.n')} FROM (${accountsInOrder()}) AS o ORDER BY place;
    CREATE TABLE plan_contact (position integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      contactid uuid, number text, isactive boolean, isaccount boolean);
    INSERT INTO plan_contact (contactid, number, isactive, isaccount)
      SELECT contactid, ${numberText('CON', 'o.n')}, isactive, isaccount FROM (${contactsInOrder()}) AS o ORDER BY place;
    ANALYZE plan_account, plan_contact`)
  await inBatches('plan_account', within =>
    client.query(
      `UPDATE account AS a SET accountnumber = w.number FROM plan_account AS w WHERE ${within} AND a.accountid = w.accountid`,
    ),
  )
  await inBatches('plan_contact', within =>
    client.query(
      `UPDATE contact AS c SET msdynce_contactnumber = w.number, msdynce_isactivecustomer = w.isactive,
        msdynce_iscompanyanaccount = w.isaccount FROM plan_contact AS w WHERE ${within} AND c.contactid = w.contactid`,
    ),
  )
}

/** Calls for each stretch of a table `w` that counts its rows, with the condition that is its. */
async function inBatches(table: string, work: (within: string) => Promise<unknown>): Promise<void> {
  const { rows } = await client.query<{ last: number | null }>(
    `SELECT max(position) AS last FROM ${table}`,
  )
  const last = rows[0]?.last ?? 0
  for (let from = 0; from < last; from += rowsPerBatch)
    await work(`w.position > ${from} AND w.position <= ${from + rowsPerBatch}`)
}

function accountsInOrder(): string {
  return `SELECT accountid, ctid AS place, 999 + row_number() OVER (ORDER BY createdon, accountid) AS n
    FROM account WHERE accountnumber IS NULL`
}

function contactsInOrder(): string {
  const customers = documents
    .map(table => `SELECT customerid FROM ${table} WHERE customeridtype = 'contact'`)
    .join(' UNION ')
  return `SELECT k.contactid, k.ctid AS place, 999 + row_number() OVER (ORDER BY k.createdon, k.contactid) AS n,
      d.customerid IS NOT NULL AS isactive, k.parentcustomeridtype IS NOT DISTINCT FROM 'account' AS isaccount
    FROM contact AS k LEFT JOIN (${customers}) AS d ON d.customerid = k.contactid`
}

function numberText(prefix: string, sequence: string): string {
  const letter = `substr('BCDFGHJKLMNPQRSTVWXYZ', 1 + floor(random() * 21)::integer, 1)`
  const letters = Array.from({ length: 6 }, () => letter).join(' || ')
  return `'${prefix}-' || lpad(${sequence}::text, greatest(5, length(${sequence}::text)), '0') || '-' || ${letters}`
}

async function fillTargets(): Promise<void> {
  const countries = [...(await knownCountries())]
  await client.query(targetTables(false).join(';'))
  await client.query(
    'CREATE TEMP TABLE country (spelling text PRIMARY KEY, alpha2 text, alpha3 text)',
  )
  await client.query(
    'INSERT INTO country SELECT * FROM unnest($1::text[], $2::text[], $3::text[])',
    [
      countries.map(([spelling]) => spelling),
      countries.map(([, { alpha2 }]) => alpha2),
      countries.map(([, { alpha3 }]) => alpha3),
    ],
  )
  await client.query('ANALYZE country')
  const fromSales = country('s.address1_country')
  const fromAccount = country('s."MailingPostalAddress_Country"')
  const number = 's.msdynce_contactnumber'
  await fill(legs.accountToCds, 'account', fromSales, 'true', 's.accountnumber')
  await fill(legs.accountToFinance, 'cds_account', fromAccount, 'true', 's."AccountId"')
  await fill(
    legs.contactToCds,
    'contact',
    `JOIN account AS p ON p.accountid = s.parentcustomerid ${fromSales}`,
    'NOT s.msdynce_isactivecustomer AND s.msdynce_iscompanyanaccount',
    number,
  )
  const fromContact = country('s."BusinessPostalAddress_Country"')
  await fill(legs.contactToFinance, 'cds_contact', fromContact, 'true', 's."ContactId"')
  await fill(legs.customerToCds, 'contact', fromSales, 's.msdynce_isactivecustomer', number)
  await fill(
    legs.customerToFinance,
    'cds_account',
    fromAccount,
    `s."PartyType" = 'Person'`,
    's."AccountId"',
  )
}

async function fill(
  mapping: Mapping,
  source: string,
  joins: string,
  where: string,
  key: string,
): Promise<void> {
  if (way !== 'batches') {
    await client.query(insertion(mapping, `${source} AS s ${joins} WHERE ${where} ORDER BY ${key}`))
    return
  }
  await client.query(`
    DROP TABLE IF EXISTS list;
    CREATE TEMP TABLE list (position integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text NOT NULL);
    INSERT INTO list (key) SELECT ${key} FROM ${source} AS s WHERE ${where} ORDER BY 1;
    ANALYZE list`)
  await inBatches('list', within =>
    client.query(
      insertion(
        mapping,
        `list AS w JOIN ${source} AS s ON ${key} = w.key ${joins} WHERE ${within}`,
      ),
    ),
  )
}
