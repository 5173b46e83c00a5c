import t from 'tap'
import pg from 'pg'
import { loadConfig } from '../../../src/config.ts'
import { connect } from '../../../src/database/connect.ts'
import { lockKey } from '../../../src/database/postgres/lock.ts'
import { sql } from '../../../src/domain/sql.ts'
import { P2cError } from '../../../src/errors.ts'
import { freshConfig, freshDatabase } from '../../support/database.ts'
import { makeTables } from '../../support/live.ts'
import { postgresServer } from '../../support/postgres-server.ts'
import { guidOf } from '../../support/sales.ts'

const secret = 'hunter2'

async function refused(database: string, schema = 'public'): Promise<P2cError> {
  const config = loadConfig({ options: { database, schema }, file: false })
  const error: unknown = await connect(config, { mode: 'write' }).catch((error: unknown) => error)
  if (!(error instanceof P2cError)) throw new Error('not refused', { cause: error })
  return error
}

t.test(
  'what cannot be opened is told with a code of its own, and never with a password',
  async t => {
    const server = new URL(await postgresServer())
    const changed = (change: (url: URL) => void) => {
      const url = new URL(server)
      change(url)
      return url.href
    }
    const cases: Record<string, string> = {
      DATABASE_LOGIN_REFUSED: changed(url => (url.password = secret)),
      DATABASE_MISSING: changed(url => (url.pathname = '/nobody')),
      DATABASE_UNREACHABLE: `postgres://me:${secret}@127.0.0.1:1/sales`,
      DATABASE_URL_INVALID: `postgres://me:${secret}@host:port:port/sales`,
    }
    for (const [code, url] of Object.entries(cases)) {
      const error = await refused(url)
      t.match(error, { code, exit: 2 }, error.message)
      t.notMatch(`${error.message} ${error.stack ?? ''}`, secret)
      t.notMatch(error.message, new RegExp(`:${server.password}@`))
    }
    t.match(await refused(server.href, 'Nobody'), { code: 'SCHEMA_MISSING', exit: 2 })
  },
)

t.test('a database in another encoding is refused', async t => {
  const server = await postgresServer()
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  const name = `latin_${process.pid}`
  await client.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'`)
  t.teardown(async () => {
    await client.query(`DROP DATABASE ${name} WITH (FORCE)`)
    await client.end()
  })
  const url = new URL(server)
  url.pathname = `/${name}`
  t.match(await refused(url.href), { code: 'SERVER_ENCODING', exit: 2, message: /SQL_ASCII/ })
})

t.test('a database that may only be read is refused where it must be written', async t => {
  const config = await freshConfig(t, 'postgres')
  const url = new URL(config.database)
  url.searchParams.set('options', '-c default_transaction_read_only=on')
  t.match(await refused(url.href, config.schema), { code: 'DATABASE_READ_ONLY', exit: 2 })
})

t.test('values come back as the other engine gives them', async t => {
  const db = await freshDatabase(t, 'postgres')
  t.same(
    await db.row(sql`SELECT CAST(7 AS bigint) AS whole, CAST('9007199254740993' AS bigint) AS large, CAST('12.50' AS numeric) AS price, CAST('0.1' AS numeric) AS tenth,
      CAST('2026-11-01T10:00:00+01:00' AS timestamptz) AS moment, CAST('2026-11-01 09:00:00.25' AS timestamp) AS naive, CAST('2026-11-01' AS date) AS day,
      true AS yes, CAST(${guidOf('contact', 1).toUpperCase()} AS uuid) AS id, CAST(NULL AS text) AS nothing`),
    {
      whole: 7,
      large: '9007199254740993',
      price: 12.5,
      tenth: 0.1,
      moment: '2026-11-01T09:00:00Z',
      naive: '2026-11-01T09:00:00.25Z',
      day: '2026-11-01',
      yes: true,
      id: guidOf('contact', 1),
      nothing: null,
    },
  )
})

t.test('rows are streamed in chunks, and whoever stops early leaves nothing behind', async t => {
  const db = await freshDatabase(t, 'postgres')
  const query = sql`SELECT n FROM generate_series(1, 2500) AS n`
  const sizes: number[] = []
  for await (const chunk of db.stream(query, 1_000)) sizes.push(chunk.length)
  t.same(sizes, [1_000, 1_000, 500])
  for await (const chunk of db.stream(query, 10)) if (chunk.length === 10) break
  t.same(await db.row(sql`SELECT 1 AS one`), { one: 1 })
  await db.transaction(async () => {
    for await (const chunk of db.stream(query)) t.ok(chunk.length > 0)
  })
  await t.rejects(async () => {
    for await (const chunk of db.stream(sql`SELECT 1 / 0`)) t.fail(JSON.stringify(chunk))
  })
  t.same(await db.row(sql`SELECT 1 AS one`), { one: 1 })
})

t.test('a snapshot stays as it is, and cannot write', async t => {
  const db = await freshDatabase(t, 'postgres')
  await db.script('CREATE TABLE things (n integer)')
  const snapshot = await db.snapshot()
  await db.change(sql`INSERT INTO things VALUES (1)`)
  t.same(await snapshot.rows(sql`SELECT * FROM things`), [])
  await t.rejects(snapshot.change(sql`INSERT INTO things VALUES (2)`), {
    code: 'DATABASE_READ_ONLY',
  })
  await snapshot.close()
})

t.test(
  'a transaction keeps all or nothing, and fails where a row was changed meanwhile',
  async t => {
    const db = await freshDatabase(t, 'postgres')
    const other = await db.another()
    t.teardown(() => other.close())
    await db.script('CREATE TABLE things (n integer); INSERT INTO things VALUES (1)')
    await t.rejects(
      db.transaction(async () => {
        await db.change(sql`UPDATE things SET n = 2`)
        throw new Error('no')
      }),
      { message: 'no' },
    )
    t.same(await db.rows(sql`SELECT n FROM things`), [{ n: 1 }])
    const conflict: unknown = await db
      .transaction(async () => {
        await db.rows(sql`SELECT n FROM things`)
        await other.change(sql`UPDATE things SET n = 3`)
        await db.change(sql`UPDATE things SET n = n + 10`)
      })
      .catch((error: unknown) => error)
    t.equal(db.dialect.faultOf(conflict), 'transient')
    t.same(await db.rows(sql`SELECT n FROM things`), [{ n: 3 }])
    const faults = {
      row: [sql`SELECT CAST('x' AS integer)`, sql`INSERT INTO things VALUES (NULL / 0), (1 / 0)`],
      fatal: [sql`SELECT nothing`, sql`SELEC`],
    }
    for (const [fault, statements] of Object.entries(faults))
      for (const statement of statements)
        t.equal(
          db.dialect.faultOf(await db.change(statement).catch((error: unknown) => error)),
          fault,
        )
  },
)

t.test('a connection that the server cuts is told as such, and ends the work', async t => {
  const db = await freshDatabase(t, 'postgres')
  const other = await db.another()
  const [self] = await db.rows<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`)
  await other.rows(sql`SELECT pg_terminate_backend(${self?.pid})`)
  await other.close()
  await t.rejects(db.rows(sql`SELECT 1`), { code: 'CONNECTION_LOST', exit: 1 })
})

t.test('the connection that holds the lock is cut: the work is stopped', async t => {
  const db = await freshDatabase(t, 'postgres')
  const release = await db.dialect.tryLock(db)
  await db.rows(
    sql`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = CAST(CAST(${lockKey(db.config.schema, 'run') >>> 0} AS bigint) AS oid)`,
  )
  let error: unknown
  for (let i = 0; i < 100 && error === undefined; i++)
    error = await db.rows(sql`SELECT pg_sleep(0.02)`).then(
      () => undefined,
      (error: unknown) => error,
    )
  t.match(error, { code: 'LOCK_LOST', exit: 1 })
  await release?.()
})

t.test('names compare exactly, and columns are described as DDL writes them', async t => {
  const db = await freshDatabase(t, 'postgres')
  await makeTables(db)
  await db.script(
    `CREATE TABLE "Select" ("Key" varchar(36) COLLATE "C" PRIMARY KEY, price numeric(10, 2) NOT NULL, "order" text)`,
  )
  t.same(await db.dialect.describeTable(db, 'Select'), {
    name: 'Select',
    kind: 'table',
    columns: [
      { name: 'Key', type: 'character varying(36) COLLATE pg_catalog."C"', nullable: false },
      { name: 'price', type: 'numeric(10,2)', nullable: false },
      { name: 'order', type: 'text', nullable: true },
    ],
    primaryKey: ['Key'],
  })
  t.equal(await db.dialect.describeTable(db, 'select'), undefined)
  t.equal(await db.dialect.describeTable(db, 'CONTACT'), undefined)
})

t.test('a backup is somebody else’s task', async t => {
  const db = await freshDatabase(t, 'postgres')
  await t.rejects(db.dialect.backup(db, 'file'), { code: 'BACKUP_UNSUPPORTED', exit: 2 })
})
