import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, statSync } from 'node:fs'
import t from 'tap'
import { connect } from '../../src/database/connect.ts'
import type { Database } from '../../src/database/database.ts'
import { lock } from '../../src/database/lock.ts'
import { makeOwnTables } from '../../src/database/own-tables.ts'
import { sql } from '../../src/domain/sql.ts'
import { engines, freshConfig, freshDatabase, type Teardown } from '../support/database.ts'
import { pathOf } from '../support/live.ts'
import { placeOf } from '../support/place.ts'
import { startScript } from '../support/processes.ts'

/** Another process that holds the lock; ended with the test at the latest. */
async function holder(t: Teardown, db: Database): Promise<ChildProcess> {
  const child = await startScript('test/support/hold-lock.ts', placeOf(db))
  t.teardown(() => child.kill('SIGKILL'))
  if (child.stdout) await once(child.stdout, 'data')
  return child
}

for (const engine of engines) {
  t.test(`${engine}: a rival is refused at once, and told who holds the lock`, async t => {
    const db = await freshDatabase(t, engine)
    await makeOwnTables(db)
    const child = await holder(t, db)
    const started = performance.now()
    await t.rejects(lock(db), {
      code: 'LOCKED',
      exit: 5,
      message: new RegExp(`"p2c migrate" of .*process ${child.pid ?? 0}\\), since 2`),
    })
    t.ok(performance.now() - started < 2_000)
    t.ok(await db.dialect.isLocked(db))
  })

  t.test(`${engine}: the lock goes with its holder, however that ends`, async t => {
    const db = await freshDatabase(t, engine)
    await makeOwnTables(db)
    const child = await holder(t, db)
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    const started = performance.now()
    let release: (() => Promise<void>) | undefined
    while (!release && performance.now() - started < 2_000) release = await db.dialect.tryLock(db)
    t.ok(release, 'free within two seconds')
    await release?.()
    t.notOk(await db.dialect.isLocked(db))
    const unfinished = await db.rows(sql`SELECT outcome FROM p2c_run`)
    t.same(unfinished, [{ outcome: null }], 'and the run that was killed has no outcome')
  })

  t.test(`${engine}: two connections of one process are rivals too`, async t => {
    const config = await freshConfig(t, engine)
    const [one, two] = [
      await connect(config, { mode: 'create' }),
      await connect(config, { mode: 'create' }),
    ]
    t.teardown(() => Promise.all([one.close(), two.close()]))
    const release = await lock(one)
    await t.rejects(lock(two), { code: 'LOCKED', message: /a run that has just begun/ })
    t.ok(await two.dialect.isLocked(two))
    t.equal(await two.dialect.tryLock(two), undefined, 'looking at it has not let it go')
    await release()
    await (
      await lock(two)
    )()
  })
}

t.test('sqlite: the lock file is for its owner only, and is never deleted', async t => {
  const db = await freshDatabase(t, 'sqlite')
  const file = `${pathOf(db)}.p2c-lock`
  t.notOk(await db.dialect.isLocked(db))
  t.notOk(existsSync(file), 'who only looks makes none')
  const before = process.umask(0)
  t.teardown(() => process.umask(before))
  await (
    await lock(db)
  )()
  t.equal(statSync(file).mode & 0o777, 0o600)
  const { ino } = statSync(file)
  await (
    await lock(db)
  )()
  t.equal(statSync(file).ino, ino)
})

t.test(
  'sqlite: a lock file that may only be read locks nobody out, so it is refused',
  { skip: process.getuid?.() === 0 ? 'the superuser may write any file' : false },
  async t => {
    const db = await freshDatabase(t, 'sqlite')
    await (
      await lock(db)
    )()
    chmodSync(`${pathOf(db)}.p2c-lock`, 0o400)
    await t.rejects(lock(db), { code: 'LOCK_UNUSABLE', exit: 2 })
  },
)

t.test('sqlite: a database in memory needs no lock', async t => {
  const db = await freshDatabase(t, 'sqlite', { database: 'sqlite::memory:' })
  t.notOk(await db.dialect.isLocked(db))
  await (
    await lock(db)
  )()
})
