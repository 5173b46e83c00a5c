import t from 'tap'
import { quarantined } from '../../src/backfill/quarantine.ts'
import { withRetries } from '../../src/backfill/retry.ts'
import { connect } from '../../src/database/connect.ts'
import { sql } from '../../src/domain/sql.ts'
import { freshDatabase } from '../support/database.ts'

type Range = readonly [number, number]

const rows = 16
/** Others are in the way of whoever does more rows at a time than this. */
const most = 4

t.test('a batch whose rows others write again and again is done in smaller ones', async t => {
  const db = await freshDatabase(t, 'postgres')
  await db.script(
    `CREATE TABLE things (n integer PRIMARY KEY, done boolean); INSERT INTO things SELECT n, false FROM generate_series(1, ${rows}) AS n`,
  )
  const other = await connect(db.config, { mode: 'write' })
  t.teardown(() => other.close())
  let attempts = 0
  const doRows = ([first, last]: Range) =>
    withRetries(
      db,
      () =>
        db.transaction(async () => {
          attempts++
          await db.rows(sql`SELECT 1 AS one`)
          if (last - first >= most)
            await other.change(sql`UPDATE things SET done = false WHERE n = ${last}`)
          await db.change(sql`UPDATE things SET done = true WHERE n BETWEEN ${first} AND ${last}`)
        }),
      last > first,
    )
  const pieces = quarantined<Range, unknown>(db, [1, rows], {
    doPiece: doRows,
    halve: ([first, last]) => {
      const middle = Math.floor((first + last) / 2)
      return Promise.resolve([
        [first, middle],
        [middle + 1, last],
      ])
    },
    reject: () => Promise.reject(new Error('no row is wrong')),
  })
  const done: unknown[] = []
  for await (const piece of pieces) done.push(piece)
  t.equal(done.length, rows / most)
  t.equal(attempts, 2 * 3 + done.length, 'each that cannot pass is tried twice')
  const left = await db.row<{ n: string }>(sql`SELECT count(*) AS n FROM things WHERE NOT done`)
  t.equal(Number(left?.n), 0)
})
