import t from 'tap'
import type { Database } from '../../../src/database/database.ts'
import { sql } from '../../../src/domain/sql.ts'
import type { P2cError } from '../../../src/errors.ts'
import { finish } from '../../../src/events.ts'
import { migrate } from '../../../src/upgrade/migrate.ts'
import { rollback } from '../../../src/upgrade/rollback.ts'
import { verify } from '../../../src/upgrade/verify.ts'
import { invalid, reader, salesOfItsOwn, wrong } from '../../support/beside.ts'
import { freshFolder } from '../../support/database.ts'
import { liveSince } from '../../support/live.ts'
import { postgresProgram } from '../../support/postgres-program.ts'

// It is waited for a minute.
t.setTimeout(300_000)
// Where a rollback on a server puts its audit.
process.chdir(freshFolder(t))

const fieldsSince = '20261101T0910_contact_and_account_fields'

t.test('who never ends is named, nothing is half done, and the next run goes on', async t => {
  const states = async (db: Database) => ({
    applied: await db.rows(sql`SELECT name, phase FROM p2c_migration ORDER BY 1`),
    invalid: await invalid(db),
  })
  /** A reader of contacts, who is in the way of a column; one who has a snapshot, of an index. */
  const locked = async () => {
    const db = await salesOfItsOwn(t)
    const program = await reader(t, db)
    const error = await finish(migrate(db)).catch((error: unknown) => error)
    return { db, program, error: error as P2cError }
  }
  const indexed = async () => {
    const db = await salesOfItsOwn(t)
    await finish(migrate(db, { to: fieldsSince }))
    const program = await postgresProgram(t, db)
    await program.run(`SET application_name = 'the report of the month'`)
    await program.run('BEGIN ISOLATION LEVEL REPEATABLE READ')
    await program.run('SELECT count(*) FROM invoice')
    const error = await finish(migrate(db)).catch((error: unknown) => error)
    return { db, program, error: error as P2cError }
  }
  const undone = async () => {
    const db = await salesOfItsOwn(t)
    await finish(migrate(db, { to: liveSince }))
    const program = await reader(t, db)
    const error = await finish(rollback(db, { to: 'start' })).catch((error: unknown) => error)
    await t.rejects(finish(migrate(db)), { code: 'ROLLBACK_UNFINISHED' })
    return { db, program, error: error as P2cError }
  }
  const [columns, indexes, back] = await Promise.all([locked(), indexed(), undone()])
  for (const { error, program } of [columns, indexes, back]) {
    const pid = String(await program.one('SELECT pg_backend_pid()'))
    t.match(error, { code: 'DATABASE_BUSY', exit: 1 })
    t.match(error.message, `process ${pid} (the report of the month`)
    t.match(error.message, /in a transaction since \d{4}-.*last query began at .*: SELECT/)
    t.comment(error.message)
  }
  t.same(await states(columns.db), {
    applied: [
      { name: '20261101T0900_number_sequences', phase: 'done' },
      { name: fieldsSince, phase: 'schema:1.0' },
    ],
    invalid: [],
  })
  t.same((await states(indexes.db)).invalid, [])
  for (const { db, program } of [columns, indexes, back]) {
    await program.run('COMMIT')
    if (db === back.db) await finish(rollback(db, { to: 'start' }))
    await finish(migrate(db))
    t.same((await verify(db)).violations, [])
    t.same(await wrong(db), [])
    t.same(await invalid(db), [])
  }
})
