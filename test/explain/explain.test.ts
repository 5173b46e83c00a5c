import t from 'tap'
import { field } from '../../src/domain/names.ts'
import { sql } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import { explainContact } from '../../src/explain/explain.ts'
import type { ContactStory, FieldStory } from '../../src/explain/story.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { rollback } from '../../src/upgrade/rollback.ts'
import { sync } from '../../src/upgrade/sync.ts'
import { engines, freshFolder } from '../support/database.ts'
import { freshWorld, worldContact } from '../support/worlds.ts'

// Where a rollback on a server puts its audit.
process.chdir(freshFolder(t))

function fieldOf({ legs }: ContactStory, leg: string, to: string): FieldStory | undefined {
  return legs.find(one => one.leg === leg)?.fields.find(one => one.to === to)
}

for (const engine of engines) {
  t.test(`${engine}: each kind of contact is told with its route and the reason`, async t => {
    const db = await freshWorld(t, engine)
    await finish(migrate(db))
    const routes: [number, string, string][] = [
      [1, 'customer', 'has-sales-activity'],
      [4, 'contact', 'company-is-account'],
      [6, 'skipped', 'company-is-contact'],
      [7, 'skipped', 'no-company'],
      [9, 'contact', 'company-is-account'],
      [10, 'skipped', 'company-is-contact'],
      [11, 'skipped', 'company-type-unknown'],
    ]
    for (const [n, route, reason] of routes) {
      const story = await explainContact(db, worldContact(n))
      t.match(story, { route, reason, contact: { id: worldContact(n) } })
      t.match(story.contact.number, /^CON-0\d{4}-[A-Z]{6}$/)
      t.equal(story.legs.length, route === 'skipped' ? 0 : 2)
      for (const leg of story.legs) t.match(leg, { isThere: true, outcome: 'inserted' })
      const [event, ...others] = story.history.filter(({ what }) => what.includes('→'))
      t.match(event?.what, `${field.contactNumber} empty → ${String(story.contact.number)}`)
      t.same(others, [])
    }
  })

  t.test(`${engine}: what the maps give is what the targets have, field by field`, async t => {
    for (const name of ['one-of-each-kind', 'odd-text'] as const) {
      const db = await freshWorld(t, engine, name)
      await finish(migrate(db))
      const ids = await db.rows<{ id: string }>(
        sql`SELECT ${db.rules.guid(db.names.column('contactid'))} AS id FROM contact`,
      )
      for (const { id } of ids) {
        const { legs } = await explainContact(db, id)
        for (const { fields, outcome, leg } of legs.filter(leg => leg.isThere))
          for (const { to, value, stored } of fields)
            t.equal(
              String(stored ?? ''),
              String(value ?? ''),
              `${id} ${leg} ${String(outcome)} ${to}`,
            )
      }
    }
  })

  t.test(`${engine}: a field says where its value comes from and how it is made`, async t => {
    const db = await freshWorld(t, engine)
    await finish(migrate(db))
    const story = await explainContact(db, worldContact(4))
    t.match(fieldOf(story, 'source-cds', 'PrimaryAccount_AccountId'), {
      value: 'K-1',
      from: [{ column: 'parentcustomerid.accountnumber', value: 'K-1' }],
      how: [],
    })
    t.match(fieldOf(story, 'source-cds', 'Status'), { value: 'Active', how: ['value map'] })
    t.match(fieldOf(story, 'cds-destination', 'PrimaryAddressCountryRegionISOCode'), {
      value: 'USA',
      how: ['default'],
    })
    t.match(fieldOf(story, 'cds-destination', 'IsContactPersonExternallyMaintained'), {
      value: 'Yes',
      from: [],
      how: ['constant'],
    })
    t.match(story.company, { type: 'account', number: 'K-1', isTypeStated: true })
    t.match((await explainContact(db, worldContact(9))).company, { isTypeStated: false })
    t.match(await explainContact(db, worldContact(11)), { company: { type: null, name: null } })
  })

  t.test(`${engine}: before the upgrade it tells what the upgrade would do`, async t => {
    const db = await freshWorld(t, engine)
    const story = await explainContact(db, worldContact(1))
    t.match(story, {
      contact: {
        number: null,
        isActiveCustomer: { is: null, shouldBe: true },
        isCompanyAnAccount: { is: null, shouldBe: true },
      },
      route: 'customer',
      leftBehind: [],
    })
    t.equal(story.documents.reduce((sum, { count }) => sum + count, 0) > 0, true)
    t.match(fieldOf(story, 'cds-destination', 'PersonFirstName'), {
      value: 'Active',
      stored: undefined,
    })
    t.same(
      story.legs.map(({ isThere, outcome }) => [isThere, outcome]),
      [
        [false, null],
        [false, null],
      ],
    )
  })

  t.test(`${engine}: a rejected contact tells the code and the reason`, async t => {
    const db = await freshWorld(t, engine)
    await finish(migrate(db))
    const { legs } = await explainContact(db, worldContact(8))
    t.match(legs[0], { outcome: 'rejected', rejection: { code: 'ACCOUNT_MISSING' } })
    t.match(legs[0]?.rejection?.message, '000000a0-0000-4000-8000-000000000099')
    t.match(legs[1], { isThere: false, outcome: null, rejection: null })
  })

  t.test(
    `${engine}: who became a customer has left a contact behind, and that is said`,
    async t => {
      const db = await freshWorld(t, engine)
      await finish(migrate(db))
      await db.change(
        sql`INSERT INTO invoice (invoiceid, customerid, customeridtype) VALUES (${'000000f0-0000-4000-8000-000000000001'}, ${worldContact(4)}, 'contact')`,
      )
      t.match(await explainContact(db, worldContact(4)), {
        route: 'customer',
        leftBehind: ['contacts'],
      })
      await finish(sync(db, { mode: 'changed' }))
      const { legs, leftBehind, history } = await explainContact(db, worldContact(4))
      t.match(legs[0], { template: 'contacts-to-customer', outcome: 'inserted' })
      t.same(leftBehind, ['contacts'])
      t.equal(history.filter(({ what }) => what.includes('written into CDS')).length, 2)
    },
  )

  t.test(
    `${engine}: edits show where the target has another value, and flags that are wrong`,
    async t => {
      const db = await freshWorld(t, engine)
      await finish(migrate(db))
      await db.change(sql`UPDATE contact SET lastname = 'New' WHERE contactid = ${worldContact(4)}`)
      await db.change(
        sql`UPDATE contact SET ${db.names.column(field.isActiveCustomer)} = ${db.dialect.flag(true)} WHERE contactid = ${worldContact(7)}`,
      )
      t.match(fieldOf(await explainContact(db, worldContact(4)), 'source-cds', 'Name_Surname'), {
        value: 'New',
        stored: 'Under Account',
      })
      t.match((await explainContact(db, worldContact(7))).contact, {
        isActiveCustomer: { is: true, shouldBe: false },
      })
    },
  )

  t.test(
    `${engine}: contacts are found by id in any spelling, number, name, and part of it`,
    async t => {
      const db = await freshWorld(t, engine)
      await finish(migrate(db))
      const { contact: known } = await explainContact(db, worldContact(2))
      for (const wanted of [
        `{${worldContact(2).toUpperCase()}}`,
        String(known.number),
        'ACTIVE without company',
        'e Without Comp',
      ])
        t.equal((await explainContact(db, wanted)).contact.id, worldContact(2), wanted)
      await t.rejects(explainContact(db, 'Nobody 100%_'), { code: 'CONTACT_UNKNOWN', exit: 2 })
      await t.rejects(explainContact(db, worldContact(99)), { code: 'CONTACT_UNKNOWN', exit: 2 })
      await t.rejects(explainContact(db, String(known.number).toLowerCase()), {
        code: 'CONTACT_UNKNOWN',
      })
      await t.rejects(explainContact(db, 'Quiet'), {
        code: 'CONTACT_AMBIGUOUS',
        exit: 2,
        message: worldContact(4),
      })
    },
  )

  t.test(
    `${engine}: after a rollback the contact is told as one that waits for its number`,
    async t => {
      const db = await freshWorld(t, engine)
      await finish(migrate(db))
      await finish(rollback(db, { to: 'start' }))
      const story = await explainContact(db, worldContact(1))
      t.match(story, { contact: { number: null }, route: 'customer' })
      t.same(
        story.legs.map(({ isThere }) => isThere),
        [false, false],
      )
    },
  )
}
