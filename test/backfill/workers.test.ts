import { setTimeout as wait } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { connect } from '../../src/database/connect.ts'
import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import { statusOf } from '../../src/migration/status.ts'
import { seed } from '../../src/seed/seed.ts'
import { joinMigrate } from '../../src/upgrade/join.ts'
import { migrate, previewMigrate } from '../../src/upgrade/migrate.ts'
import { rollback } from '../../src/upgrade/rollback.ts'
import { verify } from '../../src/upgrade/verify.ts'
import { p2c, start, type Running } from '../support/command.ts'
import { databaseOfItsOwn, freshDatabase, freshFolder, type Place } from '../support/database.ts'
import { postgresProgram, type Program } from '../support/postgres-program.ts'

// Where a rollback on a server puts its audit.
process.chdir(freshFolder(t))

const contactMigration = '20261101T0940_number_and_flag_the_contacts'

async function seeded(t: Test, contacts: number, rows: number, place?: Place): Promise<Database> {
  const db = await freshDatabase(t, 'postgres', { batch: { rows }, ...place })
  await finish(seed(db, { contacts }))
  return db
}

const placeOf = ({ config }: Database) => ['--database', config.database, '--schema', config.schema]

/** The command on this database, in a process of its own. */
function command(t: Test, db: Database, ...args: readonly string[]): Running {
  const running = start(['migrate', ...placeOf(db), '--json', ...args], freshFolder(t))
  t.teardown(() => running.child.kill('SIGKILL'))
  return running
}

const contacts = 600
let reference: Promise<string[]> | undefined

/** What one worker makes of the same contacts; done once. */
function ofOneWorker(t: Test): Promise<string[]> {
  reference ??= seeded(t, contacts, 50).then(async db => {
    await finish(migrate(db, { workers: 1 }))
    return numbersAndFlags(db)
  })
  return reference
}

const isAtContacts = new RegExp(`"progress","step":"${contactMigration}"`)

/** Numbers without their random letters, and flags. */
async function numbersAndFlags(db: Database): Promise<string[]> {
  const rows = await db.rows<{ told: string }>(
    sql`SELECT concat_ws(' ', contactid, split_part(msdynce_contactnumber, '-', 2), msdynce_isactivecustomer, msdynce_iscompanyanaccount) AS told FROM contact
      UNION ALL SELECT concat_ws(' ', accountid, split_part(accountnumber, '-', 2)) FROM account ORDER BY 1`,
  )
  return rows.map(row => row.told)
}

/** That the plan is done, each position once, and proven. */
async function proveWhole(t: Test, db: Database): Promise<void> {
  t.same(await db.rows(sql`SELECT * FROM p2c_claim`), [], 'nothing is left to do')
  const batches = await db.rows<{ first: number; last: number }>(
    sql`SELECT first_position AS first, last_position AS last FROM p2c_batch WHERE migration = ${contactMigration} AND direction = 'do' ORDER BY 1`,
  )
  let next = 1
  for (const { first, last } of batches) {
    if (Number(first) !== next) t.fail(`${first} follows ${next - 1}`)
    next = Number(last) + 1
  }
  t.ok(next > contacts, 'all positions are done once')
  t.same((await verify(db)).violations, [])
}

for (const workers of [2, 4])
  t.test(`${workers} workers give the same numbers and flags as one`, async t => {
    const db = await seeded(t, contacts, 30)
    const observer = await connect(db.config, { mode: 'read' })
    t.teardown(() => observer.close())
    const lead = await db.row<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`)
    const seen: number[] = []
    const others = new Set<number>()
    const work = migrate(db, { workers })
    for (let next = await work.next(); !next.done; next = await work.next()) {
      if (next.value.type !== 'progress' || next.value.step !== contactMigration) continue
      seen.push(next.value.done)
      // Not on the first worker's connection, which may be in a transaction.
      const held = await observer.rows<{ pid: number }>(
        sql`SELECT pid FROM pg_locks WHERE relation = to_regclass('p2c_claim') AND pid <> pg_backend_pid()`,
      )
      for (const { pid } of held) if (pid !== lead?.pid) others.add(pid)
    }
    t.ok(others.size > 0, 'others are at work while one has told')
    t.equal(seen.length, contacts / 30)
    const inOrder = [...seen].sort((a, b) => a - b)
    t.same(seen, inOrder, 'the progress of all only grows')
    t.equal(seen.at(-1), contacts)
    await proveWhole(t, db)
    t.same(await numbersAndFlags(db), await ofOneWorker(t))
  })

t.test('two processes that join take part, and the result is the same', async t => {
  const db = await seeded(t, contacts, 20)
  const slowly = ['--workers', '1', '--batch-rows', '20', '--pause-ms', '800']
  const holder = command(t, db, '--to', contactMigration, ...slowly)
  await holder.printed(isAtContacts)
  const helpers = [1, 2].map(() => command(t, db, '--join', ...slowly))
  await Promise.all(helpers.map(helper => helper.printed(isAtContacts)))
  const { runs, current } = await statusOf(db, [])
  t.match(current, { command: 'migrate', outcome: 'running' })
  t.equal(runs.filter(run => run.joined === current?.runId && run.outcome === 'running').length, 2)
  const outcomes = await Promise.all([holder, ...helpers].map(one => one.outcome))
  t.same(
    outcomes.map(({ status }) => status),
    [0, 0, 0],
  )
  for (const { stdout } of outcomes.slice(1)) t.match(stdout, /"outcome":"done","rows":[1-9]/)
  const done = await db.rows<{ rows: number }>(
    sql`SELECT sum(b.rows) AS rows FROM p2c_batch AS b JOIN p2c_run AS r ON r.run_id = b.run_id WHERE b.migration = ${contactMigration} GROUP BY r.pid`,
  )
  t.equal(done.length, 3, 'all three did some')
  await finish(migrate(db))
  await proveWhole(t, db)
  t.same(await numbersAndFlags(db), await ofOneWorker(t))
})

t.test('killed while four workers are at it, it goes on to the same end', async t => {
  const db = await seeded(t, contacts, 20)
  const running = command(t, db, '--workers', '4', '--batch-rows', '20', '--pause-ms', '400')
  await running.printed(new RegExp(`(${isAtContacts.source}[^]*){4}`))
  running.child.kill('SIGKILL')
  await running.outcome
  const left = await db.row<{ claims: number }>(sql`SELECT count(*) AS claims FROM p2c_claim`)
  t.ok(Number(left?.claims) > 0, 'some is left')
  await eventually(() => finish(migrate(db, { workers: 4 })))
  await proveWhole(t, db)
  t.same(await numbersAndFlags(db), await ofOneWorker(t))
})

t.test('a worker whose connection is cut ends the run; it goes on from there', async t => {
  const db = await seeded(t, contacts, 20, await databaseOfItsOwn(t))
  const other = await connect(db.config, { mode: 'write' })
  t.teardown(() => other.close())
  const known = await other.rows<{ pid: number }>(
    sql`SELECT pid FROM pg_stat_activity WHERE application_name = 'p2c' AND datname = current_database()`,
  )
  const work = migrate(db, { workers: 3 })
  const cut = async () => {
    let isCut = false
    for (let next = await work.next(); !next.done; next = await work.next()) {
      if (isCut || next.value.type !== 'progress' || next.value.step !== contactMigration) continue
      isCut = true
      // The one that holds the lock came before the workers did.
      await other.rows(
        sql`SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE application_name = 'p2c' AND datname = current_database()
          AND pid <> ALL (${known.map(one => one.pid)}) AND pid <> pg_backend_pid() ORDER BY backend_start DESC LIMIT 1) AS youngest`,
      )
    }
  }
  await t.rejects(cut(), { code: 'CONNECTION_LOST' })
  const left = await other.row<{ n: number }>(sql`SELECT count(*) AS n FROM p2c_claim`)
  t.ok(Number(left?.n) > 0, 'before all was done')
  await finish(migrate(db, { workers: 3 }))
  await proveWhole(t, db)
})

t.test('asked to stop, all workers end at their borders, and the rest can be undone', async t => {
  const db = await seeded(t, contacts, 20)
  const before = await db.rows(sql`SELECT accountid, accountnumber FROM account ORDER BY 1`)
  for (const step of ['20261101T0930_number_the_accounts', contactMigration]) {
    const work = migrate(db, { workers: 2 })
    for (let next = await work.next(); !next.done; next = await work.next())
      if (next.value.type === 'progress' && next.value.step === step) break
    await work.return(undefined as never)
    const rest = () => db.row(sql`SELECT count(*) AS n FROM p2c_claim`)
    const there = await rest()
    t.ok(Number(there?.['n']) > 0, 'some is left')
    await wait(200)
    t.same(await rest(), there, 'and nobody works on it')
    t.same(await db.rows(sql`SELECT * FROM p2c_lock`), [])
  }
  await finish(rollback(db, { to: 'start' }))
  t.same(await db.rows(sql`SELECT accountid, accountnumber FROM account ORDER BY 1`), before)
})

t.test(
  'others who write meanwhile, and commit late, are neither missed nor overwritten',
  async t => {
    const db = await seeded(t, contacts, 20)
    const writers = await Promise.all(Array.from({ length: 4 }, () => postgresProgram(t, db)))
    let isOver = false
    const names = new Map<string, string>()
    const write = async (program: Program, n: number) => {
      for (let turn = 0; !isOver; turn++) {
        const name = `Edited ${n}.${turn}`
        try {
          for (const { contactid } of await writeAndCommitLate(program, name))
            names.set(contactid, name)
        } catch (error) {
          // Who writes into several tables may meet a step that changes the schema of them all.
          if ((error as { code?: string }).code !== '40P01') throw error
          await program.run('ROLLBACK')
        }
      }
    }
    const writing = writers.map(write)
    await finish(migrate(db, { workers: 4 })).finally(() => (isOver = true))
    await Promise.all(writing)
    t.ok(names.size > 20, `${names.size} contacts were edited`)
    const rows = await db.rows<{ contactid: string; lastname: string }>(
      sql`SELECT contactid, lastname FROM contact WHERE lastname LIKE 'Edited %'`,
    )
    t.same(new Map(rows.map(row => [row.contactid, row.lastname])), names, 'no edit is overwritten')
    t.same(
      await db.rows(
        sql`SELECT contactid FROM contact WHERE msdynce_contactnumber IS NULL OR msdynce_isactivecustomer IS NULL OR msdynce_isactivecustomer <> EXISTS (SELECT 1 FROM quote WHERE customerid = contactid UNION ALL SELECT 1 FROM salesorder WHERE customerid = contactid UNION ALL SELECT 1 FROM invoice WHERE customerid = contactid)`,
      ),
      [],
      'nobody is missed, and the flags are right',
    )
    t.same(
      await db.rows(sql`SELECT msdynce_contactnumber FROM contact GROUP BY 1 HAVING count(*) > 1`),
      [],
    )
  },
)

t.test('there must be something to join, and somebody who can write beside others', async t => {
  const db = await seeded(t, 20, 50)
  await t.rejects(finish(joinMigrate(db)), { code: 'NOTHING_TO_JOIN', exit: 2 })
  await finish(migrate(db))
  await t.rejects(finish(joinMigrate(db)), { code: 'NOTHING_TO_JOIN', exit: 2 })
  const sqlite = await freshDatabase(t, 'sqlite')
  await finish(seed(sqlite, { contacts: 20 }))
  await t.rejects(finish(joinMigrate(sqlite)), { code: 'JOIN_UNSUPPORTED', exit: 2 })
  await t.rejects(finish(migrate(sqlite, { workers: 2 })), { code: 'WORKERS_UNSUPPORTED', exit: 2 })
  await t.rejects(previewMigrate(sqlite, { workers: 2 }), { code: 'WORKERS_UNSUPPORTED' })
  t.equal(await sqlite.dialect.describeTable(sqlite, 'p2c_run').then(Boolean), true)
  t.same(await sqlite.rows(sql`SELECT command FROM p2c_run`), [{ command: 'seed' }])
  await finish(migrate(sqlite, { workers: 1 }))
  const { status, stderr } = await p2c(['migrate', ...placeOf(sqlite), '--workers', '2'], '.')
  t.equal(status, 2)
  t.match(stderr, /^WORKERS_UNSUPPORTED: .*at most 1; sqlite/m)
})

t.test('who joined a run that is stopped ends with it', async t => {
  const db = await seeded(t, contacts, 20)
  const other = await connect(db.config, { mode: 'write' })
  t.teardown(() => other.close())
  const holder = migrate(db, { workers: 1 })
  for (let next = await holder.next(); !next.done; next = await holder.next())
    if (next.value.type === 'progress' && next.value.step === contactMigration) break
  const joined = joinMigrate(other, { workers: 1 })
  t.match((await joined.next()).value, { type: 'progress', step: contactMigration })
  await holder.return(undefined as never)
  await t.rejects(finish(joined), { code: 'JOINED_RUN_ENDED', exit: 1 })
  t.same(await db.rows(sql`SELECT command, outcome FROM p2c_run ORDER BY started_on`), [
    { command: 'seed', outcome: 'done' },
    { command: 'migrate', outcome: 'stopped' },
    { command: 'migrate --join', outcome: 'failed' },
  ])
  await finish(migrate(db))
  await proveWhole(t, db)
})

/** Three new contacts, an edit of two, and an invoice for one; gives back who was edited. */
async function writeAndCommitLate(program: Program, name: string) {
  await program.run('BEGIN')
  await program.run(
    `INSERT INTO contact (contactid, lastname) SELECT gen_random_uuid(), 'Late' FROM generate_series(1, 3)`,
  )
  const edited = await program.run<{ contactid: string }>(
    `UPDATE contact SET lastname = $1 WHERE contactid IN
      (SELECT contactid FROM contact WHERE lastname NOT LIKE 'Edited%' ORDER BY random() LIMIT 2 FOR UPDATE SKIP LOCKED) RETURNING contactid`,
    name,
  )
  await program.run(
    `INSERT INTO invoice (invoiceid, customerid, customeridtype) SELECT gen_random_uuid(), contactid, 'contact' FROM contact WHERE lastname = $1 LIMIT 1`,
    name,
  )
  await wait(30)
  await program.run('COMMIT')
  return edited
}

/** The server may still be busy with what a process left that was killed. */
async function eventually(work: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await work()
      return
    } catch (error) {
      if ((error as { code?: string }).code !== 'LOCKED' || tries > 50) throw error
      await wait(100)
    }
  }
}
