import t from 'tap'
import { identifier, sql } from '../../../src/domain/sql.ts'
import { freshDatabase } from '../../support/database.ts'

t.test('a table that is short is its own sample', async t => {
  const db = await freshDatabase(t, 'postgres')
  await db.script(
    'CREATE TABLE contact AS SELECT i FROM generate_series(1, 1000) AS i; CREATE TABLE account (i integer)',
  )
  for (const [table, rows] of [
    ['contact', 1_000],
    ['account', 0],
  ] as const) {
    const sample = await db.dialect.sampleOf(db, table)
    t.equal(sample?.share, 1)
    const row = await db.row<{ n: string }>(
      sql`SELECT count(*) AS n FROM ${identifier(table)} AS s ${sample?.clause}`,
    )
    t.equal(Number(row?.n), rows)
  }
})

t.test('of a long one it takes the share that it says', async t => {
  const db = await freshDatabase(t, 'postgres')
  await db.script(
    `CREATE TABLE contact AS SELECT i, repeat('x', 900) AS name FROM generate_series(1, 30000) AS i`,
  )
  const sample = await db.dialect.sampleOf(db, 'contact')
  const row = await db.row<{ n: string }>(
    sql`SELECT count(*) AS n FROM contact AS s ${sample?.clause}`,
  )
  const share = sample?.share ?? 1
  t.ok(share < 0.5, `${share}`)
  t.ok(Math.abs(Number(row?.n) / 30_000 - share) < 0.1, `${row?.n} rows`)
})

t.test('there is none of a view, nor of what is not there', async t => {
  const db = await freshDatabase(t, 'postgres')
  await db.script('CREATE VIEW contact AS SELECT 1 AS i')
  t.equal(await db.dialect.sampleOf(db, 'contact'), null)
  t.equal(await db.dialect.sampleOf(db, 'account'), null)
})
