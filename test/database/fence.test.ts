import pg from 'pg'
import t from 'tap'
import { connect } from '../../src/database/connect.ts'
import { beginRun, finishRun } from '../../src/database/history.ts'
import { recorded } from '../../src/database/run.ts'
import { sql } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import { seed } from '../../src/seed/seed.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { verify } from '../../src/upgrade/verify.ts'
import { start } from '../support/command.ts'
import { databaseOfItsOwn, engines, freshDatabase, freshFolder } from '../support/database.ts'

const contactMigration = '20261101T0940_number_and_flag_the_contacts'

for (const engine of engines)
  for (const ended of [false, true])
    t.test(
      `${engine}: a run that lost its lock unnoticed writes nothing after another ${ended ? 'began and ended' : 'began'}`,
      async t => {
        const db = await freshDatabase(t, engine, { batch: { rows: 10 } })
        await finish(seed(db, { contacts: 60 }))
        const work = migrate(db)
        for (let next = await work.next(); !next.done; next = await work.next())
          if (next.value.type === 'progress' && next.value.step === contactMigration) break
        const other = await connect(db.config, { mode: 'write' })
        t.teardown(() => other.close())
        const run = await beginRun(other, 'migrate')
        if (ended) await finishRun(other, run, 'done')
        const numbered = () =>
          other.row(
            sql`SELECT count(msdynce_contactnumber) AS contacts, (SELECT count(*) FROM p2c_batch) AS batches FROM contact`,
          )
        const before = await numbered()
        await t.rejects(finish(work), { code: 'LOCK_LOST', exit: 1 })
        t.same(await numbered(), before)
        if (!ended) await finishRun(other, run, 'stopped')
        await finish(migrate(other))
        t.same((await verify(other)).violations, [])
      },
    )

t.test('postgres: a transaction during which another run begins is taken back', async t => {
  const db = await freshDatabase(t, 'postgres')
  const other = await connect(db.config, { mode: 'write' })
  t.teardown(() => other.close())
  const work = recorded(db, 'migrate', async function* () {
    yield { type: 'step', state: 'started', step: 'write' } as const
    await db.transaction(async () => {
      await db.change(sql`INSERT INTO p2c_setting (name, value) VALUES ('zombie', 'was here')`)
      await beginRun(other, 'migrate')
    })
  })
  await t.rejects(finish(work), { code: 'LOCK_LOST' })
  t.same(await db.rows(sql`SELECT value FROM p2c_setting WHERE name = 'zombie'`), [])
})

t.test('postgres: a zombie that comes back writes no row', async t => {
  const db = await freshDatabase(t, 'postgres', await databaseOfItsOwn(t))
  await finish(seed(db, { contacts: 300 }))
  const { database, schema } = db.config
  const where = ['--database', database, '--schema', schema]
  const zombie = start(
    ['migrate', ...where, '--workers', '1', '--batch-rows', '10', '--pause-ms', '1500', '--json'],
    freshFolder(t),
  )
  t.teardown(() => zombie.child.kill('SIGKILL'))
  await zombie.printed(new RegExp(`"progress","step":"${contactMigration}"`))
  zombie.child.kill('SIGSTOP')
  const client = new pg.Client({ connectionString: database })
  await client.connect()
  t.teardown(() => client.end())
  const { rowCount } = await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
      AND pid IN (SELECT pid FROM pg_stat_activity WHERE application_name = 'p2c' AND datname = current_database())`,
  )
  t.equal(rowCount, 1, 'the session with the lock is cut; the one that works is not')
  const written = () =>
    db.rows(
      sql`SELECT run_id, fence, rows, batch_on, (SELECT count(*) FROM p2c_batch AS b WHERE b.run_id = r.run_id) AS batches FROM p2c_run AS r ORDER BY fence`,
    )
  await finish(migrate(db))
  const before = await written()
  t.same(
    before.map(run => Number(run['fence'])),
    [1, 2, 3],
    'seed, zombie and successor, each with the higher fence',
  )
  zombie.child.kill('SIGCONT')
  const { status, stdout } = await zombie.outcome
  t.equal(status, 1)
  t.match(stdout, /"code":"LOCK_LOST"/)
  t.same(await written(), before)
  t.same((await verify(db)).violations, [])
})
