import t from 'tap'
import type { SqliteDatabase } from '../../src/database/sqlite/open.ts'
import { sql } from '../../src/domain/sql.ts'
import { finish, type Work } from '../../src/events.ts'
import { seed } from '../../src/seed/seed.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { rollback } from '../../src/upgrade/rollback.ts'
import { verify } from '../../src/upgrade/verify.ts'
import { freshDatabase, type Teardown } from '../support/database.ts'
import { startServant } from '../support/processes.ts'

t.setTimeout(300_000)

/** A seeded database, impatient so that the test need not wait, and another program on it. */
async function shared(t: Teardown, mode: 'DELETE' | 'WAL' = 'DELETE') {
  const db = (await freshDatabase(t, 'sqlite', { batch: { rows: 20 } })) as SqliteDatabase
  await finish(seed(db, { contacts: 300 }))
  await db.script(`PRAGMA journal_mode = ${mode}; PRAGMA busy_timeout = 150`)
  return { db, other: await startServant(t, 'test/support/disturber.ts', db.path) }
}

/** Lets work go on to its n-th batch. */
async function toBatch(work: Work<unknown>, n: number): Promise<void> {
  for (let batches = 0; batches < n;) {
    const next = await work.next()
    if (next.done) throw new Error('it has ended')
    if (next.value.type === 'progress') batches++
  }
}

const modeOf = (db: SqliteDatabase) => db.handle.pragma('journal_mode', { simple: true })

t.test('sqlite: another program that writes for a while is waited for, in a backfill', async t => {
  const { db, other } = await shared(t)
  const work = migrate(db)
  await toBatch(work, 3)
  await other('write 700')
  await finish(work)
  t.same((await verify(db)).violations, [])
})

t.test('sqlite: another program that writes for a while is waited for, in the sync', async t => {
  const { db, other } = await shared(t)
  await finish(migrate(db, { to: '20261101T1000_target_tables' }))
  const work = migrate(db)
  await toBatch(work, 1)
  await other('write 700')
  await finish(work)
  t.same((await verify(db)).violations, [])
})

t.test('sqlite: one that never lets go is told, and without it the upgrade goes on', async t => {
  const { db, other } = await shared(t)
  await other('write')
  await t.rejects(finish(migrate(db)), { code: 'DATABASE_BUSY', exit: 1 }, 'from the beginning')
  await other('end')
  const work = migrate(db)
  await toBatch(work, 3)
  await other('write')
  await t.rejects(finish(work), { code: 'DATABASE_BUSY', exit: 1 }, 'in the middle')
  await other('end')
  await finish(migrate(db))
  t.same((await verify(db)).violations, [])
  t.equal(modeOf(db), 'delete', 'the journal mode is what it was')
})

t.test('sqlite: one that never lets go is told, and without it the rollback goes on', async t => {
  const { db, other } = await shared(t)
  await finish(migrate(db))
  const work = rollback(db, { to: 'start' })
  await toBatch(work, 1)
  await other('write')
  await t.rejects(finish(work), { code: 'DATABASE_BUSY', exit: 1 })
  await other('end')
  await finish(rollback(db, { to: 'start' }))
  t.same(await db.rows(sql`SELECT name FROM p2c_migration`), [])
  t.equal(modeOf(db), 'delete')
})

t.test(
  'sqlite: one that reads all the time stands in nobody’s way, where readers never do',
  async t => {
    const { db, other } = await shared(t, 'WAL')
    await other('read')
    await finish(migrate(db))
    t.same((await verify(db)).violations, [])
    await finish(rollback(db, { to: 'start' }))
    await finish(migrate(db))
    t.same((await verify(db)).violations, [])
    await other('end')
    t.equal(modeOf(db), 'wal', 'that is how it was')
  },
)

t.test(
  'sqlite: one that begins to read meanwhile keeps the journal mode until the next run',
  async t => {
    const { db, other } = await shared(t)
    const work = migrate(db)
    await toBatch(work, 3)
    await other('read')
    await finish(work)
    t.same((await verify(db)).violations, [])
    t.equal(modeOf(db), 'wal')
    await other('end')
    await finish(migrate(db))
    t.equal(modeOf(db), 'delete')
  },
)

t.test('sqlite: one that reads all the time in the old journal mode is told', async t => {
  const { db, other } = await shared(t)
  await other('read')
  await t.rejects(finish(migrate(db)), { code: 'DATABASE_BUSY', exit: 1 })
  await other('end')
  await finish(migrate(db))
  t.same((await verify(db)).violations, [])
  t.equal(modeOf(db), 'delete')
})
