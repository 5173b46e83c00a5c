import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import pg from 'pg'
import { loadConfig } from '../../../src/config.ts'
import { connect } from '../../../src/database/connect.ts'
import type { Database } from '../../../src/database/database.ts'
import { sql } from '../../../src/domain/sql.ts'
import type { P2cError } from '../../../src/errors.ts'
import { finish } from '../../../src/events.ts'
import { loadMigrations } from '../../../src/migration/load.ts'
import { piecesOf } from '../../../src/migration/pieces.ts'
import { seed } from '../../../src/seed/seed.ts'
import { migrate } from '../../../src/upgrade/migrate.ts'
import { rollback } from '../../../src/upgrade/rollback.ts'
import { verify } from '../../../src/upgrade/verify.ts'
import { databaseOfItsOwn, freshFolder, type Teardown } from '../../support/database.ts'
import { liveSince } from '../../support/live.ts'
import { postgresProgram, type Program } from '../../support/postgres-program.ts'
import { ofOthers, stateOfDatabase } from '../../support/state.ts'

t.setTimeout(600_000)
// Where a rollback on a server puts its audit.
process.chdir(freshFolder(t))

const fieldsSince = '20261101T0910_contact_and_account_fields'
const readMillis = 5_000

/** Sales data in a database of its own: an index waits for the transactions of a whole database. */
async function sales(t: Teardown, contacts = 60): Promise<Database> {
  const place = await databaseOfItsOwn(t)
  const db = await connect(loadConfig({ options: { ...place }, file: false }), { mode: 'create' })
  t.teardown(() => db.close())
  await finish(seed(db, { contacts }))
  return db
}

/** A program that has read the table and does not end its transaction. */
async function reader(t: Teardown, db: Database, table = 'contact'): Promise<Program> {
  const program = await postgresProgram(t, db)
  await program.run(`SET application_name = 'the report of the month'`)
  await program.run('BEGIN')
  await program.run(`SELECT count(*) FROM ${table}`)
  return program
}

interface Writer {
  /** Stops it; says how long its longest statement took, and what went wrong. */
  stop(): Promise<{ longestMillis: number; writes: number; faults: string[] }>
}

/** A program that writes without pause, one small transaction after the other. */
async function writer(
  t: Teardown,
  db: Database,
  statements: (turn: number) => readonly string[],
  pauseMillis = 0,
): Promise<Writer> {
  const client = new pg.Client({ connectionString: db.config.database })
  await client.connect()
  const seen = { longestMillis: 0, writes: 0, faults: [] as string[] }
  const end = new AbortController()
  const work = (async () => {
    for (let turn = 0; !end.signal.aborted; turn++) {
      const began = performance.now()
      await client
        .query(`BEGIN; ${statements(turn).join('; ')}; COMMIT`)
        .catch(async (error: unknown) => {
          seen.faults.push(String(error))
          await client.query('ROLLBACK')
        })
      seen.longestMillis = Math.max(seen.longestMillis, performance.now() - began)
      seen.writes++
      if (pauseMillis > 0) await wait(pauseMillis)
    }
  })()
  t.teardown(async () => {
    end.abort()
    await work
    await client.end()
  })
  return {
    stop: async () => {
      end.abort()
      await work
      return seen
    },
  }
}

/** Writes to every table, documents with their contact. */
const everywhere = (turn: number) => [
  `UPDATE account SET name = name || '' WHERE accountid = (SELECT accountid FROM account ORDER BY 1 OFFSET ${turn % 5} LIMIT 1)`,
  `INSERT INTO contact (contactid, lastname) VALUES (gen_random_uuid(), 'Written')`,
  `UPDATE contact SET lastname = lastname || '' WHERE contactid = (SELECT contactid FROM contact ORDER BY 1 OFFSET ${turn % 20} LIMIT 1)`,
  `INSERT INTO quote (quoteid, customerid, customeridtype) SELECT gen_random_uuid(), contactid, 'contact' FROM contact ORDER BY 1 OFFSET ${turn % 20} LIMIT 1`,
]

const invalid = (db: Database) =>
  db.rows(sql`SELECT indexrelid::regclass::text AS name FROM pg_index WHERE NOT indisvalid`)

/** Contacts whose flag is not what the documents say, and numbers that are missing or double. */
const wrong = (db: Database) =>
  db.rows(
    sql`SELECT c.contactid::text FROM contact AS c WHERE c.msdynce_contactnumber IS NULL
      OR c.msdynce_isactivecustomer IS DISTINCT FROM ${db.rules.isActive(db.names.column('contactid', 'c'))}
      OR c.msdynce_iscompanyanaccount IS DISTINCT FROM ${db.rules.isCompanyAnAccount('c')}
      UNION ALL SELECT msdynce_contactnumber FROM contact GROUP BY 1 HAVING count(*) > 1
      UNION ALL SELECT accountnumber FROM account GROUP BY 1 HAVING count(*) > 1`,
  )

const upToLive = (db: Database) => finish(migrate(db, { to: liveSince }))
const downToStart = (db: Database) => finish(rollback(db, { to: 'start' }))

for (const { what, prepare, work } of [
  { what: 'an upgrade', prepare: null, work: upToLive },
  { what: 'a rollback', prepare: upToLive, work: downToStart },
])
  t.test(`${what} that waits for a long reader holds up no writer, and then goes on`, async t => {
    const db = await sales(t)
    if (prepare) await prepare(db)
    const program = await reader(t, db)
    const writing = await writer(
      t,
      db,
      turn => [
        `UPDATE contact SET lastname = lastname || '' WHERE contactid = (SELECT contactid FROM contact ORDER BY 1 OFFSET ${turn % 20} LIMIT 1)`,
      ],
      2,
    )
    const began = performance.now()
    const [, tookMillis] = await Promise.all([
      wait(readMillis).then(() => program.run('COMMIT')),
      work(db).then(() => performance.now() - began),
    ])
    const { longestMillis, writes, faults } = await writing.stop()
    t.comment(`longest wait ${Math.round(longestMillis)} ms of ${writes} writes`)
    t.ok(tookMillis > readMillis, 'it had to wait')
    t.ok(longestMillis < 1_000, `and nobody waited long: ${Math.round(longestMillis)} ms`)
    t.same(faults, [])
    t.ok(writes > 100)
  })

t.test('who never ends is named, nothing is half done, and the next run goes on', async t => {
  const states = async (db: Database) => ({
    applied: await db.rows(sql`SELECT name, phase FROM p2c_migration ORDER BY 1`),
    invalid: await invalid(db),
  })
  /** A reader of contacts, who is in the way of a column; one who has a snapshot, of an index. */
  const locked = async () => {
    const db = await sales(t)
    const program = await reader(t, db)
    const error = await finish(migrate(db)).catch((error: unknown) => error)
    return { db, program, error: error as P2cError }
  }
  const indexed = async () => {
    const db = await sales(t)
    await finish(migrate(db, { to: fieldsSince }))
    const program = await postgresProgram(t, db)
    await program.run(`SET application_name = 'the report of the month'`)
    await program.run('BEGIN ISOLATION LEVEL REPEATABLE READ')
    await program.run('SELECT count(*) FROM invoice')
    const error = await finish(migrate(db)).catch((error: unknown) => error)
    return { db, program, error: error as P2cError }
  }
  const undone = async () => {
    const db = await sales(t)
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

t.test('an index that was left invalid is made anew, and one that is whole is kept', async t => {
  const db = await sales(t)
  await finish(migrate(db, { to: fieldsSince }))
  const other = await postgresProgram(t, db)
  await other.run(
    `INSERT INTO quote (quoteid, customerid) SELECT gen_random_uuid(), contactid FROM contact`,
  )
  // As a run leaves it that is killed in the middle: recorded as begun, and not valid.
  await other
    .run(`CREATE UNIQUE INDEX CONCURRENTLY p2c_quote_customer ON quote ((1))`)
    .catch(() => undefined)
  t.same(await invalid(db), [{ name: 'p2c_quote_customer' }])
  await finish(migrate(db))
  t.same(await invalid(db), [])
  t.match(
    await other.one(`SELECT indexdef FROM pg_indexes WHERE indexname = 'p2c_quote_customer'`),
    /customerid/,
  )
  t.same((await verify(db)).violations, [])
})

t.test('accepted doubles get an index that is not unique, and no invalid one stays', async t => {
  const db = await sales(t)
  const other = await postgresProgram(t, db)
  await other.run(`ALTER TABLE account ADD COLUMN IF NOT EXISTS accountnumber text`)
  await other.run(
    `UPDATE account SET accountnumber = 'ACC-SAME' WHERE accountid IN (SELECT accountid FROM account LIMIT 2)`,
  )
  await finish(migrate(db, { accept: ['ACCOUNT_NUMBER_DUPLICATE'] }))
  t.same(await invalid(db), [])
  t.notMatch(
    await other.one(`SELECT indexdef FROM pg_indexes WHERE indexname = 'p2c_account_number_key'`),
    /UNIQUE/,
  )
})

t.test('whatever others write while the schema goes up and down, all is right', async t => {
  const db = await sales(t, 300)
  const writing = await Promise.all(Array.from({ length: 3 }, () => writer(t, db, everywhere, 2)))
  for (let round = 0; round < 3; round++) {
    await upToLive(db)
    await downToStart(db)
  }
  await upToLive(db)
  const ends = await Promise.all(writing.map(one => one.stop()))
  await finish(migrate(db))
  t.same(await wrong(db), [])
  t.same((await verify(db)).violations, [])
  t.same(
    ends.flatMap(end => end.faults),
    [],
    'and nobody deadlocked',
  )
  t.comment(`longest wait ${Math.round(Math.max(...ends.map(end => end.longestMillis)))} ms`)
})

t.test('writers without pauses, in opposite orders, do not starve it', async t => {
  const db = await sales(t)
  // Each has rows of its own: they meet in nothing but the tables.
  const touch = (table: string, row: number) =>
    `UPDATE ${table} SET createdon = createdon WHERE ${table}id = (SELECT ${table}id FROM ${table} ORDER BY 1 OFFSET ${row} LIMIT 1)`
  const orders = [
    ['account', 'contact', 'quote'],
    ['quote', 'contact', 'account'],
    ['contact', 'account', 'quote'],
  ]
  const writing = await Promise.all(
    orders.map((tables, row) => writer(t, db, () => tables.map(table => touch(table, row)))),
  )
  const began = performance.now()
  await upToLive(db)
  t.comment(`took ${Math.round(performance.now() - began)} ms`)
  const ends = await Promise.all(writing.map(one => one.stop()))
  t.same(
    ends.flatMap(end => end.faults),
    [],
  )
})

t.test(
  'numbers that are given while the search for kept ones is on are not given again',
  async t => {
    const db = await sales(t)
    await finish(migrate(db, { to: fieldsSince }))
    let turn = 0
    // Whoever brings numbers of the format along does so all the time, far ahead of the sequence.
    const bringing = await writer(t, db, () => [
      `INSERT INTO contact (contactid, lastname, msdynce_contactnumber) VALUES (gen_random_uuid(), 'Brought', 'CON-${20_000 + 1_000 * ++turn}-ABCDEF')`,
    ])
    const plain = await writer(t, db, () => [
      `INSERT INTO contact (contactid, lastname) VALUES (gen_random_uuid(), 'Plain')`,
    ])
    await finish(migrate(db, { to: liveSince }))
    await wait(500)
    t.same((await bringing.stop()).faults, [])
    t.same((await plain.stop()).faults, [])
    t.same(
      await db.rows(
        sql`SELECT split_part(msdynce_contactnumber, '-', 2) AS n FROM contact WHERE msdynce_contactnumber <> '' GROUP BY 1 HAVING count(*) > 1`,
      ),
      [],
    )
  },
)

t.test('the search for kept numbers is in no transaction that locks a table', async t => {
  const db = await sales(t, 10)
  const ddl = db.dialect.liveDdl
  const live = (await loadMigrations()).find(({ name }) => name === liveSince)
  const moves = await live?.schema?.[0]?.moves(db)
  const pieces = ddl
    ? piecesOf(ddl, moves ?? [], ({ up }) => (typeof up === 'string' ? up : null))
    : []
  const statements = pieces.map(({ all }) =>
    all.map(({ up }) => (typeof up === 'string' ? up : '')),
  )
  const searching = statements.filter(all => all.some(one => one.startsWith('SELECT')))
  t.equal(searching.length, 2)
  for (const all of searching)
    t.same(
      all.map(one => ddl?.tableOf(one)),
      [null],
    )
})

t.test('a session of ours that stands still in a transaction does not hold its locks', async t => {
  const db = await sales(t, 10)
  const limit = 'idle_in_transaction_session_timeout'
  const limitOf = async (of: Database) =>
    (await of.row<{ limit: string }>(sql`SELECT current_setting(${limit}) AS limit`))?.limit
  t.equal(await limitOf(db), '30s')
  const snapshot = await db.snapshot()
  t.equal(await limitOf(snapshot), '0', 'one that only reads may rest')
  await snapshot.close()
  const other = await postgresProgram(t, db)
  const name = String(await other.one('SELECT current_database()'))
  await other.run(`ALTER DATABASE ${name} SET ${limit} = '2s'`)
  const limited = await db.another()
  t.equal(await limitOf(limited), '2s', 'who has set a limit knows better')
  await limited.transaction(() => wait(100))
  const still = limited.transaction(async () => {
    await limited.script('LOCK TABLE contact')
    await wait(4_000)
  })
  await t.rejects(still, { code: 'CONNECTION_LOST' })
  await limited.close()
})

t.test('killed behind each of its steps, a schema ends as if undisturbed', async t => {
  const whole = await sales(t)
  await finish(migrate(whole))
  const wanted = ofOthers(await stateOfDatabase(whole))
  const db = await sales(t)
  let kills = 0
  for (; kills < 200; kills++) {
    // A run that gets no further than two recorded steps.
    let steps = 0
    const dying = await connect(db.config, { mode: 'write', mustStop: () => steps > 2 })
    const counting: Database = {
      ...dying,
      change: query => {
        if ('sql' in query && query.sql.includes('UPDATE p2c_migration')) steps++
        return dying.change(query)
      },
    }
    const outcome = await finish(migrate(counting)).catch((error: unknown) => error)
    await dying.close()
    if (!(outcome instanceof Error)) break
  }
  t.ok(kills > 20, `${kills} kills`)
  t.same(ofOthers(await stateOfDatabase(db)), wanted)
})
