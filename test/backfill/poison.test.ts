import t from 'tap'
import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { rollback } from '../../src/upgrade/rollback.ts'
import { sync } from '../../src/upgrade/sync.ts'
import { verify } from '../../src/upgrade/verify.ts'
import { engines, freshDatabase, freshFolder } from '../support/database.ts'
import { mendPoison, refusal, seedWithPoison } from '../support/poison.ts'

// Where a rollback on a server puts its audit.
process.chdir(freshFolder(t))

const contactMigration = '20261101T0940_number_and_flag_the_contacts'

/** How the rows of the contact table stand, and how the books say they stand. */
async function balance(db: Database) {
  const books = await db.row<{ planned: number; done: number; rejected: number }>(
    sql`SELECT rows AS planned,
      (SELECT sum(rows) FROM p2c_batch WHERE migration = ${contactMigration}) AS done,
      (SELECT count(*) FROM p2c_reject WHERE migration = ${contactMigration}) AS rejected
      FROM p2c_backfill WHERE migration = ${contactMigration}`,
  )
  const table = await db.row<{ numbered: number; unnumbered: number }>(
    sql`SELECT count(msdynce_contactnumber) AS numbered, count(*) - count(msdynce_contactnumber) AS unnumbered FROM contact`,
  )
  return { ...books, ...table }
}

const numbersOf = (db: Database) =>
  db.rows<{ contactid: string; number: string | null }>(
    sql`SELECT contactid, msdynce_contactnumber AS number FROM contact ORDER BY contactid`,
  )

for (const engine of engines) {
  for (const { share, contacts, every } of [
    { share: '0.1 %', contacts: 2_000, every: 1_000 },
    { share: '1 %', contacts: 2_000, every: 100 },
  ]) {
    const rejected = contacts / every
    t.test(`${engine}: ${share} of rows that are refused are told, the others done`, async t => {
      const db = await freshDatabase(t, engine)
      await seedWithPoison(db, contacts, every)
      const result = await finish(migrate(db))
      t.equal(result.rejected, rejected)
      const done = contacts - rejected
      t.same(await balance(db), {
        planned: contacts,
        done,
        rejected,
        numbered: done,
        unnumbered: rejected,
      })
      t.same(
        await db.rows(
          sql`SELECT table_name, row_key, code, message FROM p2c_reject ORDER BY row_key`,
        ),
        await db.rows(
          sql`SELECT 'contact' AS table_name, contactid AS row_key, 'DATABASE_REFUSED' AS code, ${refusal[engine]} AS message FROM contact WHERE age = 5 ORDER BY contactid`,
        ),
        'each with its key, a code, and the reason',
      )
      t.same((await verify(db)).violations, [])
    })
  }

  t.test(`${engine}: where nearly all rows are refused the run stops, and can go on`, async t => {
    const db = await freshDatabase(t, engine)
    await seedWithPoison(db, 300, 1)
    await t.rejects(finish(migrate(db)), { code: 'TOO_MANY_REJECTS', exit: 1 })
    t.equal((await balance(db)).rejected, 101, 'a hundred are tolerated, and it looks no further')
    await t.rejects(finish(migrate(db)), { code: 'TOO_MANY_REJECTS' }, 'as long as nobody mends it')
    await mendPoison(db)
    await finish(migrate(db, { retry: true }))
    const { numbered, unnumbered, rejected } = await balance(db)
    t.same({ numbered, unnumbered, rejected }, { numbered: 300, unnumbered: 0, rejected: 0 })
    t.same((await verify(db)).violations, [])
    const numbers = await numbersOf(db)
    await finish(rollback(db, { to: 'start' }))
    await finish(migrate(db))
    t.same(await numbersOf(db), numbers, 'upgraded again, each has the number that it really got')
  })

  t.test(
    `${engine}: once mended, the rows alone are tried again, after the upgrade too`,
    async t => {
      const db = await freshDatabase(t, engine)
      await seedWithPoison(db, 300, 100)
      await finish(migrate(db))
      const before = await numbersOf(db)
      t.match(await finish(migrate(db)), { applied: [], rejected: 0 }, 'nobody asked for it')
      t.match(await finish(migrate(db, { retry: true })), { rejected: 3 }, 'they are not mended')
      await mendPoison(db)
      t.match(await finish(migrate(db, { retry: true })), {
        applied: [contactMigration],
        rejected: 0,
      })
      const after = await numbersOf(db)
      t.same(
        after.filter(row =>
          before.some(old => old.contactid === row.contactid && old.number !== null),
        ),
        before.filter(row => row.number !== null),
        'the others keep theirs',
      )
      t.equal(new Set(after.map(row => row.number)).size, 300)
      await finish(sync(db, { mode: 'changed' }))
      t.same((await verify(db)).violations, [])
    },
  )

  t.test(`${engine}: a hundred rows of a small table may be refused`, async t => {
    const db = await freshDatabase(t, engine)
    await seedWithPoison(db, 100, 1)
    t.equal((await finish(migrate(db))).rejected, 100)
    t.match(await balance(db), { planned: 100, done: 0, rejected: 100, numbered: 0 })
    t.same((await verify(db)).violations, [])
  })
}
