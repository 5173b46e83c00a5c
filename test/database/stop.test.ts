import { existsSync } from 'node:fs'
import t from 'tap'
import { connect } from '../../src/database/connect.ts'
import { recorded } from '../../src/database/run.ts'
import { sql } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import { engines, freshConfig, type Engine, type Teardown } from '../support/database.ts'
import { pathOf } from '../support/live.ts'

/** A database whose work is told once to stop, when the switch is on. */
async function stoppable(t: Teardown, engine: Engine) {
  let isOn = false
  const db = await connect(await freshConfig(t, engine), {
    mode: 'create',
    mustStop: () => {
      const was = isOn
      isOn = false
      return was
    },
  })
  t.teardown(() => db.close())
  await db.script('CREATE TABLE t (x integer)')
  return { db, stop: () => (isOn = true) }
}

for (const engine of engines)
  t.test(
    `${engine}: work that must stop ends before its next statement, and takes its transaction back`,
    async t => {
      const { db, stop } = await stoppable(t, engine)
      const work = recorded(db, 'migrate', async function* () {
        yield { type: 'step', state: 'started', step: 'one' }
        await db.transaction(async () => {
          await db.change(sql`INSERT INTO t VALUES (1)`)
          stop()
          await db.change(sql`INSERT INTO t VALUES (2)`)
        })
      })
      await t.rejects(finish(work), { code: 'WORK_STOPPED' })
      t.same(await db.rows(sql`SELECT * FROM t`), [])
      t.match(await db.row(sql`SELECT outcome FROM p2c_run`), { outcome: 'stopped' })
      t.equal(await db.dialect.isLocked(db), false)
    },
  )

t.test('sqlite: a backup that must stop leaves no file behind', async t => {
  const { db, stop } = await stoppable(t, 'sqlite')
  const file = pathOf(db)
  await db.change(sql`INSERT INTO t VALUES (zeroblob(20000000))`)
  const backup = db.dialect.backup(db, `${file}.backup`)
  stop()
  await t.rejects(backup, { code: 'WORK_STOPPED' })
  t.notOk(existsSync(`${file}.backup`))
  t.notOk(existsSync(`${file}.backup.part`))
  await db.dialect.backup(db, `${file}.backup`)
  t.ok(existsSync(`${file}.backup`))
})
