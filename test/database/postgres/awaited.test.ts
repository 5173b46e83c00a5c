import t from 'tap'
import type { Database } from '../../../src/database/database.ts'
import type { Teardown } from '../../support/database.ts'
import { liveSales, makeTables, makeTablesOfText } from '../../support/live.ts'
import { hasEnded, postgresProgram, type Program } from '../../support/postgres-program.ts'
import { guidOf } from '../../support/sales.ts'

const [anna, bert, cleo] = [1, 2, 3].map(n => guidOf('contact', n)) as [string, string, string]
const offer = (n: number) => guidOf('quote', n)

const quoteOf = (id: string, n = 1) =>
  `INSERT INTO quote (quoteid, customerid, customeridtype) VALUES ('${offer(n)}', '${id}', 'contact')`
const contactOf = (id: string) => `INSERT INTO contact (contactid) VALUES ('${id}')`

async function isActive(program: Program, id: string): Promise<unknown> {
  const [row] = await program.run<{ active: unknown }>(
    'SELECT msdynce_isactivecustomer AS active FROM contact WHERE contactid = $1',
    id,
  )
  return row?.active
}

async function programs(
  t: Teardown,
  make: (db: Database) => Promise<void> = makeTables,
): Promise<{ one: Program; other: Program }> {
  const db = await liveSales(t, 'postgres', {}, make)
  return { one: await postgresProgram(t, db), other: await postgresProgram(t, db) }
}

for (const [kind, make] of Object.entries({ uuid: makeTables, text: makeTablesOfText })) {
  t.test(`${kind} keys: a contact that goes and comes again has its documents`, async t => {
    const { one } = await programs(t, make)
    for (const id of [anna, bert]) await one.run(contactOf(id))
    await one.run(quoteOf(anna))
    // As if the backfill had given the number: then nothing of it is written down.
    await one.run('DELETE FROM p2c_given_number')
    await one.run('DELETE FROM contact')
    for (const id of [anna, bert]) await one.run(contactOf(id))
    t.same([await isActive(one, anna), await isActive(one, bert)], [true, false])
    await one.run('TRUNCATE contact')
    await one.run('TRUNCATE p2c_given_number')
    for (const id of [anna, bert]) await one.run(contactOf(id))
    t.same([await isActive(one, anna), await isActive(one, bert)], [true, false], 'all at once')
  })

  t.test(
    `${kind} keys: who gets the key of a contact that has another now has its documents`,
    async t => {
      const { one } = await programs(t, make)
      await one.run(contactOf(anna))
      await one.run(quoteOf(anna))
      await one.run(`UPDATE contact SET contactid = '${cleo}'`)
      t.equal(await isActive(one, cleo), false)
      await one.run('DELETE FROM p2c_given_number')
      await one.run(contactOf(anna))
      t.equal(await isActive(one, anna), true)
    },
  )

  t.test(`${kind} keys: a contact has documents that were there before the triggers`, async t => {
    const { one } = await programs(t, async db => {
      await make(db)
      await db.script(contactOf(bert))
      await db.script(quoteOf(anna.toUpperCase()))
      await db.script(quoteOf(bert, 2))
    })
    t.equal(await one.one('SELECT count(*) FROM p2c_awaited_contact'), '1', 'one is missing')
    await one.run(contactOf(anna))
    await one.run(contactOf(cleo))
    t.same([await isActive(one, anna), await isActive(one, cleo)], [true, false])
  })
}

t.test('a contact that brings its number has its documents', async t => {
  const { one } = await programs(t)
  await one.run(quoteOf(anna))
  await one.run(
    `INSERT INTO contact (contactid, msdynce_contactnumber) VALUES ('${anna}', 'K-1'), ('${bert}', 'K-2')`,
  )
  t.same([await isActive(one, anna), await isActive(one, bert)], [true, false])
})

for (const number of ['NULL', `'K-1'`]) {
  const insert = `INSERT INTO contact (contactid, msdynce_contactnumber) VALUES ('${anna}', ${number})`
  const which = number === 'NULL' ? 'a contact' : 'a contact that brings its number'

  t.test(`a document waits for ${which} that is being made, and is its`, async t => {
    const { one, other } = await programs(t)
    await one.run('BEGIN')
    await one.run(insert)
    const document = other.run(quoteOf(anna))
    t.equal(await hasEnded(document), false)
    await one.run('COMMIT')
    await document
    t.equal(await isActive(one, anna), true)
  })

  t.test(`${which} waits for a document of it that is being written, and has it`, async t => {
    const { one, other } = await programs(t)
    await one.run('BEGIN')
    await one.run(quoteOf(anna))
    const made = other.run(insert)
    t.equal(await hasEnded(made), false)
    await one.run('COMMIT')
    await made
    t.equal(await isActive(one, anna), true)
  })
}

t.test(
  'a document of a contact that is being deleted is had by the one that comes next',
  async t => {
    const { one, other } = await programs(t)
    await one.run(contactOf(anna))
    await one.run('DELETE FROM p2c_given_number')
    await one.run('BEGIN')
    await one.run('DELETE FROM contact')
    const document = other.run(quoteOf(anna))
    t.equal(await hasEnded(document), false)
    await one.run('COMMIT')
    await document
    await one.run(contactOf(anna))
    t.equal(await isActive(one, anna), true)
  },
)

t.test('documents of contacts that are missing do not wait for each other', async t => {
  const { one, other } = await programs(t)
  for (const program of [one, other]) {
    await program.run(`SET lock_timeout = '2s'`)
    await program.run('BEGIN')
  }
  await one.run(quoteOf(anna, 1))
  await other.run(quoteOf(bert, 2))
  await one.run(quoteOf(bert, 3))
  await other.run(quoteOf(anna, 4))
  for (const program of [one, other]) await program.run('COMMIT')
  for (const id of [anna, bert]) await one.run(contactOf(id))
  t.same([await isActive(one, anna), await isActive(one, bert)], [true, true])
})

t.test(
  'contacts that come do not wait for each other, nor do documents of those that are there',
  async t => {
    const { one, other } = await programs(t)
    await one.run(contactOf(cleo))
    for (const program of [one, other]) {
      await program.run(`SET lock_timeout = '2s'`)
      await program.run('BEGIN')
    }
    await one.run(contactOf(anna))
    await other.run(contactOf(bert))
    await other.run(quoteOf(cleo))
    for (const program of [one, other]) await program.run('COMMIT')
    t.same([await isActive(one, cleo), await isActive(one, anna)], [true, false])
  },
)
