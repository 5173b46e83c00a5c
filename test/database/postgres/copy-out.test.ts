import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { connect } from '../../../src/database/connect.ts'
import { textsIn } from '../../../src/database/postgres/copy-out.ts'
import { sql } from '../../../src/domain/sql.ts'
import { freshDatabase } from '../../support/database.ts'

/** What COPY writes of texts, by the description of its binary format. */
function copyOf(texts: readonly (string | null)[]): Buffer {
  const rows = texts.map(text => {
    const bytes = Buffer.from(text ?? '')
    const head = Buffer.alloc(6)
    head.writeInt16BE(1)
    head.writeInt32BE(text === null ? -1 : bytes.length, 2)
    return Buffer.concat([head, bytes])
  })
  const header = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
  return Buffer.concat([header, ...rows, Buffer.from([0xff, 0xff])])
}

/** Bytes in pieces that end at these places. */
// eslint-disable-next-line @typescript-eslint/require-await -- as a stream gives them
async function* cut(bytes: Buffer, places: readonly number[]): AsyncGenerator<Buffer, void, void> {
  const ends = [...places.map(place => place % bytes.length), bytes.length].sort((a, b) => a - b)
  for (const [i, end] of ends.entries()) yield bytes.subarray(ends[i - 1] ?? 0, end)
}

async function all<T>(chunks: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const chunk of chunks) found.push(chunk)
  return found
}

t.test('however the bytes are cut, the texts are whole and the chunks are full', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.option(fc.string({ unit: 'grapheme' })), { maxLength: 20 }),
      fc.array(fc.nat(), { maxLength: 20 }),
      fc.integer({ min: 1, max: 5 }),
      async (texts, places, chunkRows) => {
        const chunks = await all(textsIn(cut(copyOf(texts), places), chunkRows))
        deepEqual(
          chunks.flat(),
          texts.map(text => text ?? ''),
        )
        deepEqual(
          chunks.slice(0, -1).filter(({ length }) => length !== chunkRows),
          [],
        )
      },
    ),
  )
})

t.test('values that a query of texts binds arrive as they are', async t => {
  const db = await freshDatabase(t, 'postgres')
  const values = [`it's`, '\\n', '"', '😀 é', 'two\r\nlines', '$1', '', null, 7, true]
  const query = values
    .map(value => sql`SELECT CAST(${value} AS text)`)
    .reduce((before, one) => sql`${before} UNION ALL ${one}`)
  t.same(await all(db.texts(query)), [values.map(value => String(value ?? ''))])
  t.same(await all(db.texts(sql`SELECT '' WHERE 1 = 0`)), [], 'and of no row there is no chunk')
  t.match(await db.row(sql`SELECT 1 AS n`), { n: 1 }, 'behind them the connection goes on')
})

t.test('the server reads texts with several processes', async t => {
  const db = await freshDatabase(t, 'postgres')
  await db.script(`CREATE TABLE many AS SELECT i FROM generate_series(1, 10000) AS i;
    CREATE FUNCTION who() RETURNS text LANGUAGE plpgsql PARALLEL SAFE AS 'BEGIN RETURN pg_backend_pid(); END';
    SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
    SET parallel_leader_participation = off`)
  const own = await db.row<{ pid: string }>(sql`SELECT who() AS pid`)
  const found = (await all(db.texts(sql`SELECT who() FROM many`))).flat()
  t.equal(found.length, 10_000)
  t.notOk(found.includes(own?.pid ?? ''), 'others have read')
})

/** More than fits between the server and its reader. */
const long = sql`SELECT repeat('x', 1000) FROM generate_series(1, 200000)`

t.test('whoever does not read to the end can close the connection', async t => {
  const db = await freshDatabase(t, 'postgres')
  const snapshot = await db.snapshot()
  for await (const texts of snapshot.texts(long, 10)) {
    t.equal(texts.length, 10)
    break
  }
  await snapshot.close()
})

t.test('a connection that is cut meanwhile is told as lost', async t => {
  const db = await freshDatabase(t, 'postgres')
  const snapshot = await db.snapshot()
  const self = await snapshot.row<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`)
  const read = async () => {
    for await (const texts of snapshot.texts(long, 1_000)) {
      t.ok(texts.length > 0)
      await db.row(sql`SELECT pg_terminate_backend(${self?.pid})`)
    }
  }
  await t.rejects(read(), { code: 'CONNECTION_LOST', exit: 1 })
  await snapshot.close()
})

t.test('a query that fails in the middle is told', async t => {
  const db = await freshDatabase(t, 'postgres')
  const query = sql`SELECT CAST(1 / (20000 - i) AS text) FROM generate_series(1, 30000) AS i`
  await t.rejects(all(db.texts(query)), { message: /division by zero/ })
  t.match(await db.row(sql`SELECT 1 AS n`), { n: 1 }, 'and the connection goes on')
})

t.test('who is to stop reads no further', async t => {
  const { config } = await freshDatabase(t, 'postgres')
  let chunks = 0
  const db = await connect(config, { mode: 'read', mustStop: () => chunks > 1 })
  const read = async () => {
    for await (const texts of db.texts(long, 100)) chunks += Math.min(texts.length, 1)
  }
  await t.rejects(read(), { code: 'WORK_STOPPED' })
  t.equal(chunks, 2)
  await db.close()
})
