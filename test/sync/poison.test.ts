import t from 'tap'
import type { Database } from '../../src/database/database.ts'
import { identifier, join, sql } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import { seed } from '../../src/seed/seed.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { sync } from '../../src/upgrade/sync.ts'
import { verify } from '../../src/upgrade/verify.ts'
import { engines, freshDatabase, type Engine, type Teardown } from '../support/database.ts'
import { contactLegs, mendTarget, poisonTarget } from '../support/poison.ts'

const tablesAreThere = '20261101T1000_target_tables'

/** Upgraded but for the sync, whose target takes all but each n-th contact. */
async function poisoned(
  t: Teardown,
  engine: Engine,
  leg: (typeof contactLegs)[number],
  every: number,
): Promise<Database> {
  const db = await freshDatabase(t, engine)
  await finish(seed(db, { contacts: 400 }))
  await finish(migrate(db, { to: tablesAreThere }))
  await poisonTarget(db, leg, every)
  return db
}

const refused = (db: Database) =>
  db.rows<{ leg: string; key: string; message: string }>(
    sql`SELECT leg, key, message FROM p2c_sync_reject WHERE code = 'DATABASE_REFUSED' ORDER BY key`,
  )

for (const engine of engines) {
  for (const leg of contactLegs) {
    t.test(`${engine}: records that ${leg.table} refuses are told, the others taken`, async t => {
      const db = await poisoned(t, engine, leg, 40)
      const result = (await finish(migrate(db))).sync?.templates[1]
      const told = result?.legs.find(({ leg: name }) => name === leg.name)
      const found = await refused(db)
      t.ok(found.length > 0, `${found.length} are refused`)
      for (const { leg: name, key, message } of found) {
        t.same({ name, message }, { name: leg.name, message: 'no way' })
        t.equal(Number(key.slice(4, 9)) % 40, 0)
      }
      t.equal(
        (told?.inserted ?? 0) + (told?.rejected ?? 0),
        Number(
          (
            await db.row<{ n: number }>(
              leg.name === 'source-cds'
                ? sql`SELECT count(*) AS n FROM contact WHERE msdynce_iscompanyanaccount = ${db.dialect.flag(true)} AND msdynce_isactivecustomer = ${db.dialect.flag(false)}`
                : sql`SELECT count(*) AS n FROM p2c_sync_record WHERE task = 'Contacts'`,
            )
          )?.n,
        ),
        'rows in are rows taken and rows rejected',
      )
      t.same((await verify(db)).violations, [])

      await mendTarget(db, leg)
      await finish(sync(db, { mode: 'retry' }))
      t.same(await refused(db), [], 'once mended, they alone are tried again')
      const [there] = await db.rows<{ n: number }>(
        sql`SELECT count(*) AS n FROM ${identifier(leg.table)} WHERE ${identifier(leg.number)} IN (${join(found.map(({ key }) => key))})`,
      )
      t.equal(there?.n, found.length)
      t.same((await verify(db)).violations, [])
    })
  }

  t.test(
    `${engine}: a target that refuses nearly all stops the first sync, until mended`,
    async t => {
      const [leg] = contactLegs
      const db = await poisoned(t, engine, leg, 1)
      await t.rejects(finish(migrate(db)), { code: 'TOO_MANY_REJECTS', exit: 1 })
      await t.rejects(
        finish(migrate(db)),
        { code: 'TOO_MANY_REJECTS' },
        'as long as nobody mends it',
      )
      await mendTarget(db, leg)
      await finish(migrate(db))
      t.same(await refused(db), [])
      t.same((await verify(db)).violations, [])
    },
  )

  t.test(
    `${engine}: a target that refuses nearly all stops a later sync, until mended`,
    async t => {
      const [leg] = contactLegs
      const db = await freshDatabase(t, engine)
      await finish(seed(db, { contacts: 400 }))
      await finish(migrate(db))
      await poisonTarget(db, leg, 1, 'UPDATE')
      await db.change(sql`UPDATE contact SET lastname = 'Changed'`)
      await t.rejects(finish(sync(db, { mode: 'changed' })), { code: 'TOO_MANY_REJECTS', exit: 1 })
      await mendTarget(db, leg)
      await finish(sync(db, { mode: 'changed' }))
      t.same(await refused(db), [])
      t.same((await verify(db)).violations, [])
    },
  )
}
