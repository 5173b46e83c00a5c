import t from 'tap'
import type { Database } from '../../src/database/database.ts'
import { recorded } from '../../src/database/run.ts'
import { identifier, raw, sql } from '../../src/domain/sql.ts'
import { finish, type RunEvent } from '../../src/events.ts'
import { violationsOf } from '../../src/invariant.ts'
import type { SyncOptions, SyncResult, TemplateResult } from '../../src/sync/sync.ts'
import { syncTemplates } from '../../src/sync/sync.ts'
import { targetTables } from '../../src/sync/targets.ts'
import type { TemplateName } from '../../src/sync/template.ts'
import { syncTruths } from '../../src/sync/truths.ts'
import { dropOtherTrigger, otherTrigger } from '../support/other-trigger.ts'
import { engines, freshDatabase, type Engine, type Teardown } from '../support/database.ts'
import { guidOf, insertRows, makeSales } from '../support/sales.ts'

// Each stop is a database of its own.
t.setTimeout(180_000)

const full: SyncOptions = { mode: 'full' }
const targets = ['cds_account', 'cds_contact', 'finops_customersv2', 'finops_cdscontactpersons']

/** A Sales database with the target tables, ready for its first sync. */
async function ready(test: Teardown, engine: Engine, settings: object = {}): Promise<Database> {
  const db = await freshDatabase(test, engine, settings)
  await makeSales(db, {
    contact: ['transactioncurrencyid', 'donotemail'],
    account: ['creditlimit'],
  })
  for (const table of targetTables(db)) await db.script(table.create)
  return db
}

function sync(db: Database, options: SyncOptions = full): Promise<SyncResult> {
  return finish(recorded(db, 'sync', run => syncTemplates(db, run, options)))
}

function of(result: SyncResult, name: TemplateName): TemplateResult {
  const found = result.templates.find(({ template }) => template === name)
  if (!found) throw new Error(`no result of ${name}`)
  return found
}

function counts(result: SyncResult, name: TemplateName): string {
  const told = of(result, name).legs.map(
    leg => `+${leg.inserted} ~${leg.updated} =${leg.unchanged} x${leg.rejected}`,
  )
  return told.join(', ')
}

const account = (n: number, more: object = {}) => ({
  accountid: guidOf('account', n),
  accountnumber: `ACC-0100${n}-BCDFGH`,
  name: `Company ${n}`,
  ...more,
})

const contact = (n: number, more: object = {}) => ({
  contactid: guidOf('contact', n),
  firstname: 'Ann',
  lastname: `Number ${n}`,
  parentcustomerid: guidOf('account', 1),
  parentcustomeridtype: 'account',
  msdynce_contactnumber: `CON-0100${n}-BCDFGH`,
  msdynce_isactivecustomer: 0,
  msdynce_iscompanyanaccount: 1,
  ...more,
})

const customer = (n: number, more: object = {}) =>
  contact(n, { msdynce_isactivecustomer: 1, ...more })

const rejects = (db: Database) =>
  db.rows<{
    task: string
    leg: string
    source_id: string
    key: string
    code: string
    message: string
  }>(
    sql`SELECT task, leg, source_id, key, code, message FROM p2c_sync_reject ORDER BY task, leg, source_id`,
  )

async function contents(db: Database): Promise<unknown> {
  const found: Record<string, unknown> = {}
  for (const table of targets)
    found[table] = await db.rows(sql`SELECT * FROM ${identifier(table)} ORDER BY 1, 2`)
  found['rejects'] = (await rejects(db)).map(reject => ({ ...reject }))
  return found
}

for (const engine of engines) {
  t.test(engine, { timeout: 180_000 }, t => {
    t.test('each contact goes where its flags say, under its own name', async t => {
      const db = await ready(t, engine)
      await insertRows(db, 'account', [
        account(1, {
          address1_line1: '1 High Street',
          address1_line2: 'Floor 2',
          address1_country: 'UK',
          creditlimit: 1000.5,
        }),
      ])
      await insertRows(db, 'contact', [
        contact(1, { accountrolecode: 1, gendercode: 2, statecode: 1, donotemail: 1 }),
        customer(2, { address1_country: ' germany ' }),
        contact(3, { msdynce_iscompanyanaccount: 0, parentcustomerid: null }),
      ])
      const result = await sync(db)
      t.same(
        result.templates.map(({ task, status }) => [task, status]),
        [
          ['Accounts - Account - Customers', 'Completed'],
          ['Contacts', 'Completed'],
          ['ContactToCustomer', 'Completed'],
        ],
      )
      for (const name of ['accounts', 'contacts', 'contacts-to-customer'] as const)
        t.equal(counts(result, name), '+1 ~0 =0 x0, +1 ~0 =0 x0', name)

      const customers = await db.rows(sql`SELECT * FROM finops_customersv2 ORDER BY 1, 2`)
      t.match(customers, [
        {
          dataAreaId: 'usmf',
          CustomerAccount: 'ACC-01001-BCDFGH',
          PartyNumber: 'ACC-01001-BCDFGH',
          PartyType: 'Organization',
          OrganizationName: 'Company 1',
          AddressStreet: '1 High Street\nFloor 2',
          AddressCountryRegionISOCode: 'GBR',
          DeliveryAddressCountryRegionISOCode: 'USA',
          CreditLimit: 1000.5,
          CustomerGroupId: '10',
          LanguageId: 'en-us',
          SiteId: '1',
          WarehouseId: '13',
          SalesCurrencyCode: 'USD',
          IsExternallyMaintained: 'Yes',
        },
        {
          CustomerAccount: 'CON-01002-BCDFGH',
          PartyType: 'Person',
          PersonFirstName: 'Ann',
          PersonLastName: 'Number 2',
          PersonGender: 'Unknown',
          AddressCountryRegionISOCode: 'DEU',
          AddressLocationRoles: 'Business',
          SiteId: null,
          OrganizationName: null,
        },
      ])
      t.match(await db.rows(sql`SELECT * FROM finops_cdscontactpersons`), [
        {
          ContactPersonPartyNumber: 'CON-01001-BCDFGH',
          AssociatedPartyNumber: 'ACC-01001-BCDFGH',
          DecisionMakingRoleCode: 'DecisionMaker',
          Gender: 'Female',
          IsInactive: 'Yes',
          PrimaryAddressCountryRegionISOCode: 'USA',
          IsContactPersonExternallyMaintained: 'Yes',
        },
      ])
      t.match(await db.rows(sql`SELECT * FROM cds_account ORDER BY 2`), [
        {
          Organization_OrganizationId: 'ORG001',
          Source: 'CustomerEngagement',
          MailingPostalAddress_Country: 'GB',
        },
        { MailingPostalAddress_Country: 'DE', Status: 'Active', IsEmailContactAllowed: 'Yes' },
      ])
      t.match(await db.rows(sql`SELECT * FROM cds_contact`), [
        {
          IsEmailContactAllowed: 'No',
          PrimaryAccount_AccountId: 'ACC-01001-BCDFGH',
          Status: 'Inactive',
        },
      ])
      t.same(await violationsOf(db, syncTruths(db)), [])
    })

    t.test('a second full sync writes nothing, and a change only what it changes', async t => {
      const db = await ready(t, engine)
      await insertRows(db, 'account', [account(1), account(2)])
      await insertRows(db, 'contact', [contact(1), customer(2)])
      await sync(db)
      const before = await db.rows(sql`SELECT * FROM p2c_sync_record ORDER BY 1, 2`)
      const again = await sync(db)
      t.equal(counts(again, 'accounts'), '+0 ~0 =2 x0, +0 ~0 =2 x0')
      t.equal(counts(again, 'contacts'), '+0 ~0 =1 x0, +0 ~0 =1 x0')
      t.same(await db.rows(sql`SELECT * FROM p2c_sync_record ORDER BY 1, 2`), before)
      const outcomes = await db.rows(sql`SELECT DISTINCT outcome FROM p2c_sync_outcome`)
      t.same(outcomes, [{ outcome: 'unchanged' }])

      await db.change(
        sql`UPDATE account SET telephone1 = '1' WHERE accountid = ${guidOf('account', 1)}`,
      )
      await db.change(
        sql`UPDATE contact SET mobilephone = '2' WHERE contactid = ${guidOf('contact', 1)}`,
      )
      const changed = await sync(db, { mode: 'changed' })
      t.equal(counts(changed, 'accounts'), '+0 ~1 =1 x0, +0 ~1 =1 x0')
      t.equal(counts(changed, 'contacts'), '+0 ~1 =0 x0, +0 ~0 =1 x0', 'a mobile phone ends in CDS')
      t.same(
        await db.rows(
          sql`SELECT template, leg, outcome FROM p2c_sync_outcome WHERE source_id IN (${guidOf('account', 1)}, ${guidOf('contact', 1)}) ORDER BY 1, 2`,
        ),
        [
          { template: 'accounts', leg: 'cds-destination', outcome: 'updated' },
          { template: 'accounts', leg: 'source-cds', outcome: 'updated' },
          { template: 'contacts', leg: 'cds-destination', outcome: 'unchanged' },
          { template: 'contacts', leg: 'source-cds', outcome: 'updated' },
        ],
      )
    })

    t.test(
      'an account number on two accounts rejects both, and the contacts under them',
      async t => {
        const db = await ready(t, engine)
        await insertRows(db, 'account', [
          account(1),
          account(2, { accountnumber: 'ACC-01001-BCDFGH' }),
          account(3),
          account(4, { accountnumber: 'acc-01003-bcdfgh' }),
        ])
        await insertRows(db, 'contact', [
          contact(1),
          contact(2, { parentcustomerid: guidOf('account', 3) }),
        ])
        const result = await sync(db)
        t.equal(counts(result, 'accounts'), '+2 ~0 =0 x2, +2 ~0 =0 x0', 'numbers compare exactly')
        t.equal(of(result, 'accounts').status, 'Warning')
        t.equal(counts(result, 'contacts'), '+1 ~0 =0 x1, +1 ~0 =0 x0')
        t.match(await rejects(db), [
          {
            code: 'ACCOUNT_NUMBER_DUPLICATE',
            source_id: guidOf('account', 1),
            message: 'accountnumber "ACC-01001-BCDFGH" stands on 2 accounts',
          },
          { code: 'ACCOUNT_NUMBER_DUPLICATE', source_id: guidOf('account', 2) },
          {
            code: 'ACCOUNT_REJECTED',
            source_id: guidOf('contact', 1),
            message: /"ACC-01001-BCDFGH" was rejected/,
          },
        ])
        t.same(await violationsOf(db, syncTruths(db)), [])
      },
    )

    t.test('a contact under an account that is missing, or has no number, is rejected', async t => {
      const db = await ready(t, engine)
      await insertRows(db, 'account', [
        account(1, { accountnumber: null }),
        account(2, { accountnumber: '' }),
      ])
      await insertRows(db, 'contact', [
        contact(1),
        contact(2, { parentcustomerid: guidOf('account', 2) }),
        contact(3, { parentcustomerid: guidOf('account', 9) }),
      ])
      const result = await sync(db)
      t.equal(of(result, 'contacts').status, 'Error', 'none succeeded')
      t.equal(counts(result, 'accounts'), '+0 ~0 =0 x0, +0 ~0 =0 x0', 'no number, no record')
      t.match(await rejects(db), [
        { code: 'ACCOUNT_MISSING', message: /has no accountnumber/ },
        { code: 'ACCOUNT_MISSING', message: /has no accountnumber/ },
        { code: 'ACCOUNT_MISSING', message: new RegExp(`no account: "${guidOf('account', 9)}"`) },
      ])
    })

    t.test('a contact waits for its account to be synchronised', async t => {
      const db = await ready(t, engine)
      await insertRows(db, 'account', [account(1)])
      await insertRows(db, 'contact', [contact(1)])
      const early = await sync(db, { mode: 'full', templates: ['contacts'] })
      t.equal(counts(early, 'contacts'), '+1 ~0 =0 x0, +0 ~0 =0 x1')
      t.match(await rejects(db), [
        { code: 'ACCOUNT_MISSING', leg: 'cds-destination', message: /sync the accounts first/ },
      ])
      await sync(db, { mode: 'full', templates: ['accounts'] })
      const retried = await sync(db, { mode: 'retry' })
      t.equal(counts(retried, 'contacts'), '+0 ~0 =0 x0, +1 ~0 =0 x0')
      t.same(await rejects(db), [])
      t.same(await violationsOf(db, syncTruths(db)), [])
    })

    t.test('a parent in capitals and braces is found', async t => {
      const db = await ready(t, engine)
      await insertRows(db, 'account', [
        account(1, { accountid: `{${guidOf('account', 0xab).toUpperCase()}}` }),
      ])
      await insertRows(db, 'contact', [contact(1, { parentcustomerid: guidOf('account', 0xab) })])
      t.equal(counts(await sync(db), 'contacts'), '+1 ~0 =0 x0, +1 ~0 =0 x0')
    })

    t.test('a missing name, a long number and a value that no map knows are rejected', async t => {
      const db = await ready(t, engine)
      await insertRows(db, 'account', [
        account(1, { name: null }),
        account(2, { accountnumber: 'ACC-0100000000000-ABCDEF' }),
        account(3, { websiteurl: 'w'.repeat(256) }),
      ])
      await insertRows(db, 'contact', [
        customer(4, { firstname: '', lastname: null }),
        customer(5, { gendercode: 7 }),
      ])
      await sync(db)
      t.match(await rejects(db), [
        {
          leg: 'cds-destination',
          code: 'REQUIRED_VALUE_MISSING',
          message: 'OrganizationName must have a value, and has none',
        },
        {
          leg: 'cds-destination',
          code: 'VALUE_TOO_LONG',
          message:
            /^CustomerAccount holds at most 20 characters, and this has 24: "ACC-0100000000000-ABCDEF"$/,
        },
        { leg: 'source-cds', code: 'VALUE_TOO_LONG', message: /^WebsiteURL holds at most 255/ },
        {
          leg: 'cds-destination',
          code: 'REQUIRED_VALUE_MISSING',
          message: /one of PersonFirstName, PersonMiddleName, PersonLastName/,
        },
        {
          leg: 'source-cds',
          code: 'VALUE_NOT_IN_MAP',
          message: 'Gender cannot be made from gendercode: "7" is not in its value map',
        },
      ])
      t.same(await violationsOf(db, syncTruths(db)), [])
    })

    t.test('a length that is only known in the trade warns and does not reject', async t => {
      const db = await ready(t, engine)
      await insertRows(db, 'account', [
        account(1, { name: 'N'.repeat(120), address1_stateorprovince: 'North Carolina' }),
      ])
      const result = await sync(db)
      t.equal(counts(result, 'accounts'), '+1 ~0 =0 x0, +1 ~0 =0 x0')
      t.match(
        of(result, 'accounts')
          .warnings.filter(({ code }) => code === 'VALUE_TOO_LONG')
          .map(({ message }) => message)
          .sort(),
        [/AddressState/, /OrganizationName/],
      )
    })

    t.test('values are compared with the configured lists as they would be sent', async t => {
      const reference = {
        currencies: ['EUR'],
        countries: ['DEU', 'usa'],
        decisionMakingRoles: ['Employee'],
      }
      const db = await ready(t, engine, { sync: { reference, currency: 'EUR' } })
      await insertRows(db, 'account', [
        account(1, { address1_country: 'Deutschland' }),
        account(2, { address1_country: 'France' }),
      ])
      await insertRows(db, 'contact', [
        contact(1, { accountrolecode: 2 }),
        contact(2, { accountrolecode: 1 }),
        contact(3),
      ])
      await sync(db)
      t.match(await rejects(db), [
        {
          source_id: guidOf('account', 2),
          code: 'REFERENCE_UNKNOWN',
          message: 'AddressCountryRegionISOCode is not among sync.reference.countries: "FRA"',
        },
        {
          source_id: guidOf('contact', 2),
          code: 'REFERENCE_UNKNOWN',
          message:
            'DecisionMakingRoleCode is not among sync.reference.decisionMakingRoles: "DecisionMaker"',
        },
      ])
    })

    t.test('an unknown country takes the default and is counted, or is rejected', async t => {
      for (const unknownCountry of ['default', 'reject'] as const) {
        const db = await ready(t, engine, { sync: { unknownCountry } })
        await insertRows(db, 'account', [account(1, { address1_country: 'Narnia' }), account(2)])
        const result = await sync(db)
        if (unknownCountry === 'reject') {
          t.match(await rejects(db), [
            { code: 'COUNTRY_UNKNOWN', message: /no country is called "Narnia"$/ },
          ])
          continue
        }
        t.match(of(result, 'accounts').warnings[0], { code: 'COUNTRY_UNKNOWN', count: 1 })
        t.match(await db.row(sql`SELECT * FROM finops_customersv2`), {
          AddressCountryRegionISOCode: 'USA',
        })
      }
    })

    t.test('a currency is looked up, and the default is counted where there is none', async t => {
      const db = await ready(t, engine)
      const euro = guidOf('invoice', 1)
      await db.script(
        'CREATE TABLE transactioncurrencies (transactioncurrencyid text, isocurrencycode text)',
      )
      await db.change(sql`INSERT INTO transactioncurrencies VALUES (${euro.toUpperCase()}, 'EUR')`)
      await insertRows(db, 'account', [
        account(1, { transactioncurrencyid: `{${euro}}` }),
        account(2),
      ])
      const result = await sync(db)
      t.same(
        await db.rows(
          sql`SELECT "SalesCurrencyCode" AS code FROM finops_customersv2 ORDER BY "CustomerAccount"`,
        ),
        [{ code: 'EUR' }, { code: 'USD' }],
      )
      t.match(of(result, 'accounts').warnings, [{ code: 'CURRENCY_DEFAULTED', count: 1 }])
    })

    t.test('a key belongs to one task and to one row', async t => {
      const db = await ready(t, engine)
      await insertRows(db, 'account', [account(1)])
      await insertRows(db, 'contact', [
        customer(1, { msdynce_contactnumber: 'ACC-01001-BCDFGH' }),
        customer(2),
        contact(3, { msdynce_contactnumber: 'CON-01002-BCDFGH' }),
      ])
      await sync(db)
      t.match(await rejects(db), [
        {
          task: 'ContactToCustomer',
          code: 'KEY_TAKEN',
          message: /is the key of a record of the task Accounts/,
        },
        {
          task: 'ContactToCustomer',
          code: 'KEY_TAKEN',
          message: /"CON-01002-BCDFGH" stands on 2 contacts/,
        },
        { task: 'Contacts', code: 'KEY_TAKEN' },
      ])
      t.match(await db.rows(sql`SELECT "OrganizationName" FROM finops_customersv2`), [
        { OrganizationName: 'Company 1' },
      ])
    })

    t.test('a row that the database refuses is rejected alone, and the others pass', async t => {
      const db = await ready(t, engine, { batch: { rows: 4 } })
      await insertRows(
        db,
        'account',
        [1, 2, 3, 4, 5, 6, 7].map(n => account(n)),
      )
      await db.script(
        otherTrigger(engine, 'poison', 'BEFORE INSERT ON cds_account', {
          when: `NEW."AccountId" LIKE 'ACC-01003%'`,
          does: { refuses: 'not this one' },
        }),
      )
      const result = await sync(db)
      t.equal(counts(result, 'accounts'), '+6 ~0 =0 x1, +6 ~0 =0 x0')
      t.match(await rejects(db), [
        { code: 'DATABASE_REFUSED', source_id: guidOf('account', 3), message: /not this one/ },
      ])
      await db.script(dropOtherTrigger(engine, 'poison', 'cds_account'))
      t.equal(counts(await sync(db, { mode: 'retry' }), 'accounts'), '+1 ~0 =0 x0, +1 ~0 =0 x0')
      t.same(await rejects(db), [])
    })

    t.test('a retry takes only what was rejected', async t => {
      const db = await ready(t, engine)
      await insertRows(db, 'account', [
        account(1),
        account(2, { accountnumber: 'ACC-01001-BCDFGH' }),
        account(3),
      ])
      await insertRows(db, 'contact', [contact(1)])
      await sync(db)
      await db.change(
        sql`UPDATE account SET accountnumber = 'ACC-01009-BCDFGH' WHERE accountid = ${guidOf('account', 2)}`,
      )
      await db.change(
        sql`UPDATE account SET name = 'New name' WHERE accountid = ${guidOf('account', 3)}`,
      )
      const result = await sync(db, { mode: 'retry' })
      t.equal(counts(result, 'accounts'), '+2 ~0 =0 x0, +2 ~0 =0 x0')
      t.equal(counts(result, 'contacts'), '+1 ~0 =0 x0, +1 ~0 =0 x0')
      t.same(await rejects(db), [])
      t.same(
        await db.rows(
          raw(`SELECT "FullName" AS name FROM cds_account WHERE "AccountId" = 'ACC-01003-BCDFGH'`),
        ),
        [{ name: 'Company 3' }],
      )
    })

    t.test('records whose row left are told and stay', async t => {
      const db = await ready(t, engine)
      await insertRows(db, 'account', [account(1), account(2)])
      await insertRows(db, 'contact', [contact(1), contact(2)])
      await sync(db)
      await db.change(
        sql`UPDATE contact SET msdynce_isactivecustomer = ${db.dialect.flag(true)} WHERE contactid = ${guidOf('contact', 1)}`,
      )
      await db.change(
        sql`UPDATE contact SET parentcustomerid = ${guidOf('account', 2)} WHERE contactid = ${guidOf('contact', 2)}`,
      )
      const result = await sync(db)
      t.match(of(result, 'contacts').warnings, [
        { code: 'RECORD_LEFT_BEHIND', count: 2 },
        { code: 'PARTY_TWICE', count: 1 },
      ])
      t.equal(counts(result, 'contacts'), '+0 ~1 =0 x0, +1 ~0 =1 x0')
      t.same(
        (await violationsOf(db, syncTruths(db))).map(({ name, count }) => [name, count]),
        [
          [
            'records of Contacts (Sales to Fin and Ops) that have no row in Sales which it selects',
            1,
          ],
          ['records in finops_cdscontactpersons under an account that their contact has left', 1],
        ],
      )
    })

    t.test('an interrupted sync tells nothing of the leg that it did not reach', async t => {
      const db = await ready(t, engine)
      await insertRows(db, 'account', [account(1)])
      const work = recorded(db, 'sync', run => syncTemplates(db, run, full))
      for (;;) {
        const next = await work.next()
        if (next.done || next.value.type === 'progress') break
      }
      await work.return(undefined as never)
      t.match(await db.rows(sql`SELECT leg, outcome FROM p2c_sync_outcome`), [
        { leg: 'source-cds', outcome: 'inserted' },
      ])
      await sync(db)
      t.match(await db.rows(sql`SELECT leg, outcome FROM p2c_sync_outcome ORDER BY leg`), [
        { leg: 'cds-destination', outcome: 'inserted' },
        { leg: 'source-cds', outcome: 'inserted' },
      ])
    })

    t.test(
      'a sync that is stopped at any batch goes on, and ends as one that was not',
      { timeout: 180_000 },
      async t => {
        const fill = async (db: Database) => {
          await insertRows(
            db,
            'account',
            [1, 2, 3, 4, 5].map(n => account(n)),
          )
          await insertRows(db, 'account', [
            account(6, { accountnumber: 'ACC-01005-BCDFGH' }),
            account(7, { name: null }),
          ])
          await insertRows(
            db,
            'contact',
            [1, 2, 3].map(n => contact(n, { parentcustomerid: guidOf('account', n + 3) })),
          )
          await insertRows(
            db,
            'contact',
            [4, 5, 6].map(n => customer(n, { address1_country: 'Narnia' })),
          )
        }
        const settings = { batch: { rows: 2 } }
        const calm = await ready(t, engine, settings)
        await fill(calm)
        const events: RunEvent[] = []
        const work = recorded(calm, 'sync', run => syncTemplates(calm, run, full))
        let expected: SyncResult | undefined
        for (;;) {
          const next = await work.next()
          if (next.done) {
            expected = next.value
            break
          }
          events.push(next.value)
        }
        t.ok(events.filter(({ type }) => type === 'progress').length > 10)
        for (let stop = 1; stop <= events.length; stop += 4) {
          const first = await ready(t, engine, settings)
          await fill(first)
          const interrupted = recorded(first, 'sync', run => syncTemplates(first, run, full))
          for (let i = 0; i < stop; i++) await interrupted.next()
          await interrupted.return(undefined as never)
          const db = await first.another()
          const resumed: SyncResult = await sync(db)
          const fresh = (name: TemplateName) =>
            of(resumed, name).legs.every(leg => leg.unchanged === 0)
          for (const template of expected.templates)
            if (fresh(template.template))
              t.same(
                of(resumed, template.template),
                template,
                `${template.template}, stopped after ${stop}`,
              )
          const [found, wanted] = [await contents(db), await contents(calm)]
          t.same(found, wanted, `stopped after ${stop}`)
          t.same(await violationsOf(db, syncTruths(db)), [])
          await db.close()
        }
      },
    )
    t.end()
  })
}
