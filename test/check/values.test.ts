import t, { type Test } from 'tap'
import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { valueFindings } from '../../src/upgrade/value-findings.ts'
import { engines, freshDatabase, type Engine } from '../support/database.ts'
import { loadWorld } from '../support/worlds.ts'

async function world(t: Test, engine: Engine, sync: object = {}): Promise<Database> {
  const db = await freshDatabase(t, engine, { sync })
  await loadWorld(db, 'one-of-each-kind')
  return db
}

for (const engine of engines) {
  t.test(`${engine}: countries that nobody knows are named with their rows, each once`, async t => {
    const db = await world(t, engine)
    t.same(await valueFindings(db), [], 'UK is known, and an empty country is none')
    await db.change(sql`UPDATE account SET address1_country = 'Atlantis'`)
    await db.change(
      sql`UPDATE contact SET address1_country = 'Lemuria' WHERE lastname = 'Under Contact'`,
    )
    t.match(await valueFindings(db), [
      {
        code: 'COUNTRY_UNKNOWN',
        severity: 'warning',
        count: 4,
        examples: [
          'account.address1_country: "Atlantis" (2)',
          'contact.address1_country: "Lemuria" (2)',
        ],
      },
    ])
  })

  t.test(`${engine}: a country in the value map of the field is known`, async t => {
    const valueMaps = { MailingPostalAddress_Country: { Atlantis: 'GR' } }
    const db = await world(t, engine, { templates: { accounts: { valueMaps } } })
    await db.change(sql`UPDATE account SET address1_country = 'Atlantis'`)
    t.same(await valueFindings(db), [])
  })

  t.test(
    `${engine}: what Finance would get is held against its lists, where there are any`,
    async t => {
      const reference = {
        customerGroups: ['20'],
        currencies: ['usd'],
        countries: ['gbr'],
        decisionMakingRoles: ['Employee'],
      }
      const db = await world(t, engine, { reference })
      const [finding, ...others] = await valueFindings(db)
      t.same(others, [])
      t.match(finding, { code: 'REFERENCE_UNKNOWN', severity: 'warning' })
      t.same([...(finding?.examples ?? [])].sort(), [
        'accounts, CustomerGroupId: "10" (2)',
        'accounts, DeliveryAddressCountryRegionISOCode: "USA" (2)',
        'contacts, PrimaryAddressCountryRegionISOCode: "USA" (15)',
        'contacts-to-customer, AddressCountryRegionISOCode: "USA" (15)',
        'contacts-to-customer, CustomerGroupId: "10" (15)',
      ])
    },
  )

  t.test(`${engine}: what is foretold is what the sync rejects`, async t => {
    const db = await world(t, engine, { reference: { countries: ['GBR', 'usa'] } })
    await db.change(sql`UPDATE contact SET address1_country = 'Germany' WHERE firstname = 'Quiet'`)
    t.match(await valueFindings(db), [
      { examples: [/^contacts, .*"DEU"/, /^contacts-to-customer, /] },
    ])
    await finish(migrate(db))
    const rejected = await db.rows<{ code: string }>(
      sql`SELECT DISTINCT task, code FROM p2c_sync_reject WHERE leg = 'cds-destination' ORDER BY 1`,
    )
    t.same(rejected, [{ task: 'Contacts', code: 'REFERENCE_UNKNOWN' }])
    const delivered = await db.rows(
      sql`SELECT DISTINCT "PrimaryAddressCountryRegionISOCode" AS country FROM finops_cdscontactpersons`,
    )
    t.same(delivered, [{ country: 'USA' }])
  })
}
