import t from 'tap'
import type { Database } from '../../src/database/database.ts'
import { sql, textOf } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import { seed } from '../../src/seed/seed.ts'
import { migrate, previewMigrate } from '../../src/upgrade/migrate.ts'
import { rollback } from '../../src/upgrade/rollback.ts'
import { verify } from '../../src/upgrade/verify.ts'
import {
  engines,
  freshDatabase,
  freshFolder,
  type Engine,
  type Teardown,
} from '../support/database.ts'
import { isEveryNth } from '../support/every-nth.ts'
import { makeTables } from '../support/live.ts'
import { guidOf } from '../support/sales.ts'
import { stateOfDatabase } from '../support/state.ts'

// Where a rollback on a server puts its audit.
process.chdir(freshFolder(t))

const contacts = 30
const highest = 999_999_999

/** Sample contacts, not upgraded yet, whose numbers begin at a seed. */
async function beginningAt(t: Teardown, engine: Engine, first: number): Promise<Database> {
  const db = await freshDatabase(t, engine, { numbering: { contact: { seed: first } } })
  await finish(seed(db, { contacts }))
  return db
}

/** The sequence numbers of the contacts, oldest contact first. */
async function sequenceOf(db: Database): Promise<number[]> {
  const rows = await db.rows<{ number: string }>(
    sql`SELECT msdynce_contactnumber AS number FROM contact ORDER BY createdon ASC NULLS LAST, contactid`,
  )
  return rows.map(({ number }) => Number(/^CON-(\d{5,9})-[A-Z]{6}$/.exec(number)?.[1]))
}

const fromTo = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i)

/** Contacts that come after the upgrade. */
const [one, two] = [guidOf('contact', 1), guidOf('contact', 2)]

const insertContact = (db: Database, id: string) =>
  db.change(sql`INSERT INTO contact (contactid, lastname) VALUES (${id}, 'Later')`)

const contactOf = async (db: Database, id: string) =>
  (
    await db.row<{ number: string }>(
      sql`SELECT msdynce_contactnumber AS number FROM contact WHERE contactid = ${id}`,
    )
  )?.number

for (const engine of engines) {
  t.test(`${engine}: numbers grow a sixth digit, in the backfill and behind it`, async t => {
    const db = await beginningAt(t, engine, 99_990)
    await finish(migrate(db))
    t.same(await sequenceOf(db), fromTo(99_990, 100_019), 'oldest first, without a gap')
    await insertContact(db, one)
    t.match(await contactOf(db, one), /^CON-100020-[A-Z]{6}$/)
    t.same((await verify(db)).violations, [])
    const twice = sql`UPDATE contact SET msdynce_contactnumber = ${await contactOf(db, one)}`
    await t.rejects(db.change(twice), 'the database itself refuses a number that is there')
    await finish(rollback(db, { to: 'start' }))
    await finish(migrate(db))
    t.match(await contactOf(db, one), /^CON-100020-[A-Z]{6}$/, 'and comes back')
  })

  t.test(`${engine}: a trigger grows the sixth digit too`, async t => {
    const db = await beginningAt(t, engine, 100_000 - contacts)
    await finish(migrate(db))
    await insertContact(db, one)
    await insertContact(db, two)
    t.match(await contactOf(db, one), /^CON-100000-[A-Z]{6}$/)
    t.match(await contactOf(db, two), /^CON-100001-[A-Z]{6}$/)
    t.same((await verify(db)).violations, [])
  })

  t.test(`${engine}: the last number of all can be given, and none behind it`, async t => {
    const db = await beginningAt(t, engine, highest - contacts + 1)
    const { plan } = await previewMigrate(db)
    t.match(plan?.steps.find(step => step.backfill?.table === 'contact')?.backfill, {
      lastNumber: 'CON-999999999-??????',
    })
    await finish(migrate(db))
    t.equal((await sequenceOf(db)).at(-1), highest)
    t.same((await verify(db)).violations, [])
    await t.rejects(insertContact(db, one), { message: /^NUMBERS_EXHAUSTED/ })
    t.equal(await contactOf(db, one), undefined, 'a contact without a number never comes in')
  })

  const tooFar: Readonly<Record<string, (t: Teardown) => Promise<Database>>> = {
    'the seed': t => beginningAt(t, engine, highest - contacts + 2),
    'a number that is there': async t => {
      const db = await beginningAt(t, engine, 1_000)
      await db.script(
        `ALTER TABLE contact ADD COLUMN msdynce_contactnumber TEXT;
        UPDATE contact SET msdynce_contactnumber = 'CON-999999998-BVRCPS' WHERE ${textOf(isEveryNth(contacts, 7))}`,
      )
      return db
    },
  }
  for (const [what, make] of Object.entries(tooFar))
    t.test(`${engine}: where ${what} leaves too little room, nothing is begun`, async t => {
      const db = await make(t)
      const before = await contentOf(db)
      await t.rejects(previewMigrate(db), { code: 'NUMBERS_EXHAUSTED', exit: 4 })
      await t.rejects(finish(migrate(db)), { code: 'NUMBERS_EXHAUSTED', exit: 4 })
      t.same(await contentOf(db), before)
    })

  t.test(`${engine}: numbers begin above those that are there, wherever they stand`, async t => {
    const db = await beginningAt(t, engine, 1_000)
    await db.script('ALTER TABLE contact ADD COLUMN msdynce_contactnumber TEXT')
    for (let place = 3; place <= contacts; place += 3)
      await db.change(
        sql`UPDATE contact SET msdynce_contactnumber = ${`CON-${49_990 + place}-BVRCPS`} WHERE ${isEveryNth(contacts, place % contacts)}`,
      )
    await db.change(
      sql`UPDATE contact SET msdynce_contactnumber = 'K-77777' WHERE ${isEveryNth(contacts, 1)}`,
    )
    const there = sql`SELECT contactid, msdynce_contactnumber AS number FROM contact WHERE ${isEveryNth(3)} OR ${isEveryNth(contacts, 1)} ORDER BY contactid`
    const kept = await db.rows(there)
    await finish(migrate(db))
    t.same(await db.rows(there), kept)
    const fresh = (await sequenceOf(db)).filter(number => number > 49_990 + contacts)
    t.same(fresh, fromTo(50_021, 50_020 + contacts - kept.length), 'oldest first, without a gap')
    t.same((await verify(db)).violations, [])
    await finish(rollback(db, { to: 'start' }))
    t.same(
      await db.rows(
        sql`SELECT contactid, msdynce_contactnumber AS number FROM contact WHERE msdynce_contactnumber IS NOT NULL ORDER BY contactid`,
      ),
      kept,
    )
  })

  t.test(
    `${engine}: without a row there is nothing to do, and the first one is served`,
    async t => {
      const db = await freshDatabase(t, engine)
      await makeTables(db)
      t.match(await finish(migrate(db)), { rows: 0, rejected: 0 })
      t.same((await verify(db)).violations, [])
      await insertContact(db, one)
      t.match(await contactOf(db, one), /^CON-01000-/)
      await finish(rollback(db, { to: 'start' }))
      await finish(migrate(db))
      t.match(await contactOf(db, one), /^CON-01000-/)
    },
  )
}

/** All that the database holds; that a run was begun too. */
async function contentOf(db: Database) {
  return [await stateOfDatabase(db), await db.rows(sql`SELECT * FROM p2c_run ORDER BY run_id`)]
}
