import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { sql } from '../../src/domain/sql.ts'
import { engines } from '../support/database.ts'
import { guid, world } from '../support/extract.ts'
import { pathOf } from '../support/live.ts'
import { stateOfDatabase } from '../support/state.ts'

for (const engine of engines) {
  t.test(`${engine}: a missing table is refused before anything is changed`, async t => {
    const { db, file, run } = await world(t, engine)
    file('contacts.csv', ['contactid', guid(1)])
    await t.rejects(run(), { code: 'TABLE_MISSING', exit: 2, message: /--create/ })
    t.equal(await db.dialect.describeTable(db, 'p2c_run'), undefined)
    t.equal(await db.dialect.describeTable(db, 'contact'), undefined)
  })

  t.test(`${engine}: bad files are refused before anything is changed`, async t => {
    const { db, file, run, folder } = await world(t, engine)
    await t.rejects(run(), { code: 'EXTRACT_MISSING', exit: 2 })
    await t.rejects(run({ from: join(folder, 'no') }), { code: 'EXTRACT_MISSING', exit: 2 })
    file('accounts.csv', ['accountid', guid(1)])
    file('contacts.csv', ['lastname', 'A'])
    await t.rejects(run({ create: true }), { code: 'KEY_COLUMN_MISSING', exit: 2 })
    file('contacts.csv', ['contactid', guid(1)])
    file('Contacts.CSV.gz', [])
    await t.rejects(run({ create: true }), { code: 'EXTRACT_AMBIGUOUS', exit: 2 })
    await t.rejects(run({ create: true, rejects: join(folder, 'no', 'r.csv') }), {
      code: 'FILE_UNWRITABLE',
      exit: 2,
    })
    t.equal(await db.dialect.describeTable(db, 'account'), undefined)
  })

  t.test(
    `${engine}: a file that breaks off in the middle leaves the tables as they were`,
    async t => {
      const { db, file, run, folder } = await world(t, engine)
      file('accounts.csv', ['accountid', guid(1)])
      const packed = gzipSync(
        `contactid\n${Array.from({ length: 5000 }, (_, i) => guid(i)).join('\n')}`,
      )
      writeFileSync(join(folder, 'contacts.csv.gz'), packed.subarray(0, packed.length - 9))
      await t.rejects(run({ create: true }), { code: 'CSV_UNREADABLE' })
      t.equal(await db.dialect.describeTable(db, 'account'), undefined)
      t.match(await db.row(sql`SELECT outcome FROM p2c_run`), { outcome: 'failed' })
    },
  )

  t.test(`${engine}: a table without a key and with rows that share one is refused`, async t => {
    const { db, file, run } = await world(t, engine)
    await db.script('CREATE TABLE contact (contactid text, lastname text)')
    await db.script(`INSERT INTO contact VALUES ('${guid(1)}', 'A'), ('${guid(2)}', 'B')`)
    file('contacts.csv', ['contactid,lastname', `${guid(1)},A2`, `${guid(3)},C`])
    t.match((await run()).result.files, [{ inserted: 1, updated: 1, unchanged: 0 }])
    await db.script(`INSERT INTO contact VALUES ('${guid(1)}', 'A')`)
    await t.rejects(run(), { code: 'KEY_DUPLICATE', exit: 2 })
    await db.script('DROP TABLE contact; CREATE TABLE contact (id text)')
    await t.rejects(run(), { code: 'COLUMN_MISSING', exit: 2 })
  })

  t.test(`${engine}: only one run at a time`, async t => {
    const { db, file, run } = await world(t, engine)
    file('contacts.csv', ['contactid', guid(1)])
    const release = await db.dialect.tryLock(db)
    await t.rejects(run({ create: true }), { code: 'LOCKED', exit: 5 })
    await release?.()
    t.match((await run({ create: true })).result.files, [{ inserted: 1 }])
  })

  t.test(`${engine}: a dry run says what would happen and changes nothing`, async t => {
    const { db, file, run, rejects } = await world(t, engine)
    file('contacts.csv', ['contactid,lastname', `${guid(1)},A`, `${guid(2)},B`])
    const made = await run({ create: true, dryRun: true })
    t.match(made.result, { dryRun: true, files: [{ inserted: 2 }], rejects: null })
    t.equal(made.result.created.length, 5)
    t.equal(await db.dialect.describeTable(db, 'contact'), undefined)
    await run({ create: true })
    file('contacts.csv', [
      'contactid,lastname',
      `${guid(1)},A`,
      `${guid(2)},B2`,
      `${guid(3)},C`,
      'x,D',
    ])
    const before = await stateOfDatabase(db)
    const dry = await run({ dryRun: true })
    const expected = { rows: 4, inserted: 1, updated: 1, unchanged: 1, rejected: 1 }
    t.match(dry.result.files, [expected])
    t.same(await stateOfDatabase(db), before)
    t.equal(existsSync(rejects), true)
    t.match((await run()).result.files, [expected])
  })
}

t.test('sqlite: a dry run changes not one byte of the file', async t => {
  const { db, file, run } = await world(t, 'sqlite')
  file('contacts.csv', ['contactid,lastname', `${guid(1)},A`])
  await run({ create: true })
  file('contacts.csv', ['contactid,lastname', `${guid(1)},A2`, `${guid(2)},B`])
  const hash = () =>
    createHash('sha256')
      .update(readFileSync(pathOf(db)))
      .digest('hex')
  const before = hash()
  t.match((await run({ dryRun: true })).result.files, [{ inserted: 1, updated: 1 }])
  t.equal(hash(), before)
})
