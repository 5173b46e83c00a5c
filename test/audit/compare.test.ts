import { createHash } from 'node:crypto'
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { compareAudit, type AuditDifference } from '../../src/audit/compare.ts'
import { exportAudit } from '../../src/audit/export.ts'
import type { Database } from '../../src/database/database.ts'
import { field } from '../../src/domain/names.ts'
import { raw, sql } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { engines, freshDatabase, freshFolder } from '../support/database.ts'
import { guidOf, insertRows, makeSales } from '../support/sales.ts'
import { loadWorld } from '../support/worlds.ts'

const variants = [{}, { gzip: true }, { excel: true }, { excel: true, gzip: true }]

async function differences(db: Database, from: string): Promise<readonly AuditDifference[]> {
  const { count, differences } = await finish(compareAudit(db, { from }))
  if (count !== differences.length) throw new Error(`${count} counted`)
  return differences
}

for (const engine of engines) {
  t.test(`${engine}: an export agrees with the database it was made from`, async t => {
    const db = await freshDatabase(t, engine)
    await loadWorld(db, 'odd-text')
    await finish(migrate(db))
    for (const variant of variants) {
      const from = freshFolder(t)
      await finish(exportAudit(db, { out: from, ...variant }))
      t.same(await differences(db, from), [], JSON.stringify(variant))
    }
  })

  t.test(`${engine}: it agrees whatever text is in the names`, async t => {
    const db = await freshDatabase(t, engine)
    await makeSales(db)
    const from = freshFolder(t)
    // A NUL would end a text for SQLite's own functions; Dataverse has none.
    const name = fc
      .oneof(
        fc.string({ unit: 'binary' }),
        fc.string({
          unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '\n', '"', ',', ';', 'x', ' '),
        }),
      )
      .filter(text => !text.includes('\0'))
    await fc.assert(
      fc.asyncProperty(
        fc.array(name, { minLength: 1, maxLength: 20 }),
        fc.constantFrom(...variants),
        async (names, variant) => {
          await db.change(sql`DELETE FROM contact`)
          const contacts = names.map((fullname, n) => ({
            contactid: guidOf('contact', n),
            fullname,
          }))
          await insertRows(db, 'contact', contacts)
          await finish(exportAudit(db, { out: from, ...variant }))
          t.same(await differences(db, from), [])
          await db.change(
            sql`UPDATE contact SET fullname = fullname || 'x' WHERE contactid = ${guidOf('contact', 0)}`,
          )
          t.match(await differences(db, from), [
            { column: 'fullname', from: names[0], to: `${names[0] ?? ''}x` },
          ])
        },
      ),
      { numRuns: 20 },
    )
  })

  t.test(`${engine}: a changed value is named, from what to what`, async t => {
    const db = await freshDatabase(t, engine)
    await makeSales(db)
    const id = (n: number) => guidOf('contact', n)
    const number = (n: number) => `CON-0100${n}-BVRCPS`
    await insertRows(
      db,
      'contact',
      [1, 2, 3].map(n => ({
        contactid: id(n),
        fullname: `Contact ${n}`,
        [field.contactNumber]: number(n),
        [field.isActiveCustomer]: 0,
        [field.isCompanyAnAccount]: 0,
      })),
    )
    await insertRows(db, 'account', [{ accountid: guidOf('account', 1), accountnumber: '-1' }])
    const from = freshFolder(t)
    await finish(exportAudit(db, { out: from, excel: true }))

    await db.change(
      sql`UPDATE contact SET fullname = '=1+1', msdynce_isactivecustomer = ${db.dialect.flag(true)} WHERE contactid = ${id(2)}`,
    )
    await db.change(sql`DELETE FROM contact WHERE contactid = ${id(3)}`)
    await insertRows(db, 'contact', [{ contactid: id(0) }])
    await db.change(sql`UPDATE account SET accountnumber = '=1'`)
    const row = (kind: string, n: number) => ({
      file: 'contacts.csv',
      kind,
      key: { contactid: id(n) },
    })
    const changed = (column: string, was: string, is: string) => ({
      ...row('changed', 2),
      column,
      from: was,
      to: is,
    })
    t.same(await differences(db, from), [
      { ...row('new', 0), column: null, from: '', to: '' },
      changed('fullname', 'Contact 2', '=1+1'),
      changed('is_active_customer', 'false', 'true'),
      changed('route', 'skipped', 'customer'),
      changed('reason', 'no-company', 'has-sales-activity'),
      { ...row('missing', 3), column: null, from: '', to: '' },
      {
        file: 'accounts.csv',
        kind: 'changed',
        key: { accountid: guidOf('account', 1) },
        column: 'account_number',
        from: '-1',
        to: '=1',
      },
    ])
  })

  t.test(`${engine}: all differences are counted, and only so many kept`, async t => {
    const db = await freshDatabase(t, engine)
    await makeSales(db)
    const from = freshFolder(t)
    await finish(exportAudit(db, { out: from }))
    await db.change(
      sql`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10050)
        INSERT INTO contact (contactid) SELECT CAST('00000000-0000-4000-8000-' || substr(CAST(1000000000000 + i AS text), 2) AS ${raw(db.dialect.columnType({ kind: 'guid' }))}) FROM n`,
    )
    const { count, differences } = await finish(compareAudit(db, { from }))
    t.equal(count, 10_050)
    t.equal(differences.length, 10_000)
  })

  t.test(
    `${engine}: a file that somebody edited is refused, and so is one that is gone`,
    async t => {
      const db = await freshDatabase(t, engine)
      await makeSales(db)
      const from = freshFolder(t)
      const anew = () => finish(exportAudit(db, { out: from }))
      const damaged = (title: string) =>
        t.rejects(finish(compareAudit(db, { from })), { code: 'AUDIT_DAMAGED', exit: 2 }, title)
      await anew()
      appendFileSync(join(from, 'contacts.csv'), 'x\r\n')
      await damaged('edited')
      await anew()
      rmSync(join(from, 'runs.csv'))
      await damaged('gone')
      await anew()
      const manifest = join(from, 'manifest.json')
      const other = readFileSync(manifest, 'utf8').replace('runs.csv', '../../runs.csv')
      writeFileSync(manifest, other)
      await damaged('a file elsewhere')
      writeFileSync(manifest, '{}')
      await damaged('no manifest of an audit')
      rmSync(manifest)
      await t.rejects(finish(compareAudit(db, { from })), { code: 'AUDIT_MISSING', exit: 2 })
    },
  )

  t.test(`${engine}: columns of another version are left out`, async t => {
    const db = await freshDatabase(t, engine)
    await makeSales(db)
    await insertRows(db, 'account', [{ accountid: guidOf('account', 1), name: 'Company' }])
    const from = freshFolder(t)
    const { files } = await finish(exportAudit(db, { out: from }))
    const text = 'accountid,colour\r\n' + `${guidOf('account', 1)},blue\r\n`
    writeFileSync(join(from, 'accounts.csv'), text)
    const sha256 = createHash('sha256').update(text).digest('hex')
    const manifest = JSON.parse(readFileSync(join(from, 'manifest.json'), 'utf8')) as object
    const mended = files.map(file => (file.name === 'accounts.csv' ? { ...file, sha256 } : file))
    writeFileSync(join(from, 'manifest.json'), JSON.stringify({ ...manifest, files: mended }))
    t.same(await differences(db, from), [])
  })
}
