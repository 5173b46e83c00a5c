import t, { type Test } from 'tap'
import { loadConfig } from '../../src/config.ts'
import { connect } from '../../src/database/connect.ts'
import type { Database } from '../../src/database/database.ts'
import { deliver } from '../../src/deliver/deliver.ts'
import { sql } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import { explainContact } from '../../src/explain/explain.ts'
import { migrate, previewMigrate } from '../../src/upgrade/migrate.ts'
import { rollback } from '../../src/upgrade/rollback.ts'
import { sync } from '../../src/upgrade/sync.ts'
import { verify } from '../../src/upgrade/verify.ts'
import { engines, freshDatabase, freshFolder, type Engine } from '../support/database.ts'
import { loadWorld } from '../support/worlds.ts'

// Where a rollback on a server puts its audit.
process.chdir(freshFolder(t))

const templates = {
  'contacts-to-customer': {
    add: [
      { to: 'CreditRating', from: 'IndustryCode', valueMap: { good: 'A' }, default: 'C' },
      { to: 'IndustryCode', from: 'new_rating' },
    ],
  },
  contacts: {
    add: [
      { to: 'SpouseName', from: 'EmailAlternate' },
      { to: 'EmailAlternate', from: 'parentcustomerid.name' },
    ],
  },
}

async function world(t: Test, engine: Engine, settings: object = {}): Promise<Database> {
  const db = await freshDatabase(t, engine, settings)
  await loadWorld(db, 'one-of-each-kind')
  await db.script('ALTER TABLE contact ADD COLUMN new_rating text')
  await db.change(sql`UPDATE contact SET new_rating = 'good' WHERE lastname = 'Under Account'`)
  return db
}

/** The same database under other settings. */
async function again(t: Test, db: Database, settings: object): Promise<Database> {
  const { database, schema } = db.config
  const config = loadConfig({ options: { database, schema, ...settings }, file: false })
  const other = await connect(config, { mode: 'write' })
  t.teardown(() => other.close())
  return other
}

async function proveRatings(t: Test, db: Database): Promise<void> {
  const rows = await db.rows<{ name: string; rating: string }>(
    sql`SELECT "PersonLastName" AS name, "CreditRating" AS rating FROM finops_customersv2 WHERE "PartyType" = 'Person' ORDER BY 1, 2`,
  )
  t.ok(rows.length > 2)
  for (const { name, rating } of rows) t.equal(rating, name === 'Under Account' ? 'A' : 'C', name)
  const assistants = await db.rows<{ name: string }>(
    sql`SELECT DISTINCT "SpouseName" AS name FROM finops_cdscontactpersons ORDER BY 1`,
  )
  t.same(assistants, [
    { name: 'The Account With A Number' },
    { name: 'The Account Without A Number' },
  ])
  t.same((await verify(db)).violations, [])
}

for (const engine of engines) {
  t.test(
    `${engine}: fields that are added go through both legs from the first sync on`,
    async t => {
      const db = await world(t, engine, { sync: { templates } })
      await finish(migrate(db))
      await proveRatings(t, db)
      const { legs } = await explainContact(db, 'Active Under Account')
      t.match(
        legs[1]?.fields.find(({ to }) => to === 'CreditRating'),
        {
          value: 'A',
          stored: 'A',
          from: [{ column: 'IndustryCode', value: 'good' }],
          how: ['value map'],
        },
      )
      await finish(rollback(db, { to: 'start' }))
      t.equal(await db.dialect.describeTable(db, 'finops_customersv2'), undefined)
    },
  )

  t.test(`${engine}: fields that are added later are filled by the next sync`, async t => {
    const before = await world(t, engine)
    await finish(migrate(before))
    const db = await again(t, before, { sync: { templates } })
    const delivery = { kind: 'finops', out: freshFolder(t) } as const
    await t.rejects(finish(deliver(db, delivery)), {
      code: 'SYNC_OUTDATED',
      exit: 2,
      message: 'CreditRating',
    })
    await finish(sync(db, { mode: 'changed' }))
    t.match(await finish(deliver(db, delivery)), { files: [{ name: 'customers-v2.zip' }, {}] })
    await proveRatings(t, db)
    const { templates: results } = await finish(sync(db, { mode: 'full' }))
    for (const { legs } of results)
      t.match(legs, [
        { inserted: 0, updated: 0 },
        { inserted: 0, updated: 0 },
      ])
  })

  t.test(`${engine}: a column that is not there is refused before anything is changed`, async t => {
    const add = [{ to: 'IndustryCode', from: 'new_nothing' }]
    const db = await world(t, engine, { sync: { templates: { accounts: { add } } } })
    const refusal = {
      code: 'CONFIG_INVALID',
      exit: 2,
      message: /"IndustryCode".*new_nothing.*DIPV1021/,
    }
    await t.rejects(previewMigrate(db), refusal)
    await t.rejects(finish(migrate(db)), refusal)
    t.equal(await db.dialect.describeTable(db, 'p2c_run'), undefined)
    const upgraded = await again(t, db, {})
    await finish(migrate(upgraded))
    await t.rejects(finish(sync(db, { mode: 'changed' })), refusal)
  })
}
