import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import { loadMigrations } from '../../src/migration/load.ts'
import { seed } from '../../src/seed/seed.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { rollback } from '../../src/upgrade/rollback.ts'
import { sync } from '../../src/upgrade/sync.ts'
import {
  engines,
  freshDatabase,
  freshFolder,
  type Engine,
  type Teardown,
} from '../support/database.ts'
import { stateOfDatabase } from '../support/state.ts'

// Where a rollback on a server puts its audit.
process.chdir(freshFolder(t))

const sequences = '20261101T0900_number_sequences'
const fields = '20261101T0910_contact_and_account_fields'
const numbered = '20261101T0940_number_and_flag_the_contacts'

async function seeded(t: Teardown, engine: Engine, upTo?: string): Promise<Database> {
  const db = await freshDatabase(t, engine, { batch: { rows: 10 } })
  await finish(seed(db, { contacts: 30 }))
  if (upTo !== undefined) await finish(migrate(db, { to: upTo }))
  return db
}

/** What is refused before anything is changed: in which state, what, and how. */
const refusals: Readonly<
  Record<
    string,
    {
      /** Where only one engine can come into it. */
      readonly only?: Engine
      readonly upTo?: string
      readonly before?: (db: Database) => Promise<unknown>
      readonly work: (db: Database) => Promise<unknown>
      readonly wanted: { readonly code: string; readonly exit: number; readonly message?: RegExp }
    }
  >
> = {
  'an upgrade of a schema with a broken view': {
    only: 'sqlite',
    before: db => db.script('CREATE VIEW lost AS SELECT forename FROM contact'),
    work: db => finish(migrate(db)),
    wanted: { code: 'CHECK_REFUSED', exit: 4, message: /SCHEMA_BROKEN/ },
  },
  'a rollback that would break a view': {
    upTo: numbered,
    before: db => db.script('CREATE VIEW numbers AS SELECT msdynce_contactnumber FROM contact'),
    work: db => finish(rollback(db, { to: 'start' })),
    wanted: { code: 'SCHEMA_BROKEN', exit: 4 },
  },
  'an upgrade whose applied migration is another now': {
    upTo: fields,
    work: async db => finish(migrate(db, { migrations: await editedMigrations() })),
    wanted: { code: 'CHECK_REFUSED', exit: 4, message: /MIGRATION_CHANGED/ },
  },
  'a rollback of a migration that is another now': {
    upTo: fields,
    work: async db => finish(rollback(db, { to: 'start', migrations: await editedMigrations() })),
    wanted: { code: 'MIGRATION_CHANGED', exit: 4 },
  },
  'a plan that is not the one that was shown': {
    work: db => finish(migrate(db, { plan: 'another' })),
    wanted: { code: 'PLAN_CHANGED', exit: 4 },
  },
  'a sync before the upgrade is done': {
    upTo: numbered,
    work: db => finish(sync(db, { mode: 'full' })),
    wanted: { code: 'UPGRADE_UNFINISHED', exit: 2 },
  },
  'other names than those of the applied migrations': {
    upTo: fields,
    before: db =>
      db.change(sql`UPDATE p2c_migration SET settings = replace(settings, 'CON-', 'K-')`),
    work: db => finish(migrate(db)),
    wanted: { code: 'CHECK_REFUSED', exit: 4, message: /CONFIG_CHANGED/ },
  },
}

async function editedMigrations() {
  return (await loadMigrations()).map(one =>
    one.name === sequences ? { ...one, checksum: 'another' } : one,
  )
}

for (const engine of engines) {
  for (const [what, { only = engine, upTo, before, work, wanted }] of Object.entries(refusals)) {
    if (only !== engine) continue
    t.test(`${engine}: ${what} is refused, and nothing is changed`, async t => {
      const db = await seeded(t, engine, upTo)
      await before?.(db)
      const state = await stateOfDatabase(db)
      await t.rejects(work(db), wanted)
      t.same(await stateOfDatabase(db), state)
    })
  }

  t.test(`${engine}: an upgrade over a rollback that is not finished is refused`, async t => {
    const db = await seeded(t, engine, numbered)
    await db.change(sql`UPDATE p2c_migration SET phase = 'undoing' WHERE name = ${numbered}`)
    await t.rejects(finish(migrate(db)), { code: 'ROLLBACK_UNFINISHED', exit: 1 })
    await finish(rollback(db, { to: 'start' }))
    await finish(migrate(db, { to: numbered }))
    t.pass('after the rollback it goes on')
  })

  t.test(`${engine}: a migration whose truth does not hold does not count as done`, async t => {
    const db = await seeded(t, engine, numbered)
    const untrue = {
      name: '20991231T0000_untrue',
      checksum: '',
      verify: () => ({ 'contacts at all': sql`SELECT contactid FROM contact` }),
    }
    const migrations = [...(await loadMigrations()), untrue]
    await t.rejects(finish(migrate(db, { migrations })), {
      code: 'TRUTH_BROKEN',
      exit: 1,
      message: /no contacts at all; 30, for instance/,
    })
  })
}

t.test("sqlite: a backup never takes another file's place", async t => {
  const db = await seeded(t, 'sqlite')
  const backup = join(freshFolder(t), 'backup.sqlite')
  await finish(migrate(db, { backup, to: sequences }))
  t.ok(existsSync(backup))
  writeFileSync(backup, 'something of somebody')
  await t.rejects(finish(migrate(db, { backup })), { code: 'BACKUP_EXISTS', exit: 2 })
})

t.test('postgres: a backup is not to be had, and nothing is changed without it', async t => {
  const db = await seeded(t, 'postgres')
  const state = await stateOfDatabase(db)
  const backup = join(freshFolder(t), 'backup')
  await t.rejects(finish(migrate(db, { backup })), { code: 'BACKUP_UNSUPPORTED', exit: 2 })
  t.same(await stateOfDatabase(db), state)
})
