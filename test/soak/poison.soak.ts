import t from 'tap'
import type { Database } from '../../src/database/database.ts'
import { finish } from '../../src/events.ts'
import { seed } from '../../src/seed/seed.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { verify } from '../../src/upgrade/verify.ts'
import { freshDatabase, type Teardown } from '../support/database.ts'
import { contactLegs, poisonTarget, seedWithPoison } from '../support/poison.ts'

t.setTimeout(1_800_000)

const tablesAreThere = '20261101T1000_target_tables'

/** Ways to make about one row in a hundred bad, and no more than are tolerated. */
const poisons = {
  'a row of the backfill': (db: Database, contacts: number) => seedWithPoison(db, contacts, 100),
  'a record of a target': async (db: Database, contacts: number) => {
    await finish(seed(db, { contacts }))
    await finish(migrate(db, { to: tablesAreThere }))
    await poisonTarget(db, contactLegs[0], 125)
  },
}

async function secondsOf(
  t: Teardown,
  contacts: number,
  prepare: (db: Database, contacts: number) => Promise<void>,
): Promise<number> {
  const db = await freshDatabase(t, 'sqlite')
  await prepare(db, contacts)
  const began = performance.now()
  await finish(migrate(db))
  const seconds = (performance.now() - began) / 1000
  const { violations } = await verify(db)
  if (violations.length > 0) throw new Error(JSON.stringify(violations))
  return seconds
}

for (const [what, prepare] of Object.entries(poisons))
  t.test(
    `to find ${what} in a hundred that is refused costs in proportion to the rows`,
    async t => {
      await secondsOf(t, 2_000, prepare)
      const few = await secondsOf(t, 10_000, prepare)
      const many = await secondsOf(t, 40_000, prepare)
      t.comment(`10,000 contacts: ${few.toFixed(1)} s, 40,000: ${many.toFixed(1)} s`)
      t.ok(many < 8 * few, 'four times the rows do not take eight times as long')
    },
  )
