import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import t from 'tap'
import { exportAudit } from '../../src/audit/export.ts'
import { connect } from '../../src/database/connect.ts'
import type { Database } from '../../src/database/database.ts'
import { field } from '../../src/domain/names.ts'
import { sql } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { engines, freshConfig, freshDatabase, freshFolder } from '../support/database.ts'
import { guidOf, insertRows, makeSales } from '../support/sales.ts'
import { loadWorld } from '../support/worlds.ts'

const headers: Readonly<Record<string, string>> = {
  contacts:
    'contactid,fullname,contact_number,is_active_customer,is_company_an_account,quotes,orders,invoices,company_id,company_type,route,reason',
  accounts: 'accountid,name,account_number,number_origin',
  changes: 'run_id,migration,table,row_id,column,old_value,new_value,changed_on',
  sync: 'template,task,leg,source_id,key,outcome,code,message',
  runs: 'run_id,command,started_on,finished_on,outcome,actor,host,version,rows',
}

type Cells = Record<string, string>

function read(folder: string, name: string): Cells[] {
  return parse(readFileSync(join(folder, `${name}.csv`)), { columns: true })
}

async function exported(t: { teardown(work: () => unknown): void }, db: Database) {
  const out = freshFolder(t)
  await finish(exportAudit(db, { out }))
  return out
}

const id = (n: number) => guidOf('contact', n)

for (const engine of engines) {
  t.test(`${engine}: files and columns are those that others rely on`, async t => {
    const db = await freshDatabase(t, engine)
    await makeSales(db)
    const out = await exported(t, db)
    t.same(readdirSync(out).sort(), [
      'accounts.csv',
      'changes.csv',
      'contacts.csv',
      'manifest.json',
      'runs.csv',
      'sync.csv',
    ])
    for (const [name, header] of Object.entries(headers))
      t.equal(
        readFileSync(join(out, `${name}.csv`), 'utf8'),
        `${header}\r\n`,
        'nothing to tell yet',
      )
  })

  t.test(`${engine}: the manifest tells size and SHA-256 of each file, and no secret`, async t => {
    const db = await freshDatabase(t, engine)
    await loadWorld(db, 'one-of-each-kind')
    await finish(migrate(db))
    const out = freshFolder(t)
    const manifest = await finish(exportAudit(db, { out }))
    t.same(JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')), manifest)
    t.equal(manifest.database, db.identity)
    t.equal(manifest.runs.length, 1)
    for (const { name, rows, bytes, sha256 } of manifest.files) {
      const content = readFileSync(join(out, name))
      t.equal(bytes, content.length)
      t.equal(sha256, createHash('sha256').update(content).digest('hex'))
      t.equal(rows, read(out, name.replace('.csv', '')).length)
      t.equal(statSync(join(out, name)).mode & 0o777, 0o600)
    }
    t.equal(statSync(join(out, 'manifest.json')).mode & 0o777, 0o600)
  })

  t.test(
    `${engine}: every contact has a route and a reason, before the upgrade and after`,
    async t => {
      const db = await freshDatabase(t, engine)
      await makeSales(db)
      await db.script(`ALTER TABLE contact DROP COLUMN ${field.isActiveCustomer}`)
      await db.script(`ALTER TABLE contact DROP COLUMN ${field.isCompanyAnAccount}`)
      await db.script(`DROP INDEX contact_${field.contactNumber}`)
      await db.script(`ALTER TABLE contact DROP COLUMN ${field.contactNumber}`)
      await insertRows(db, 'account', [{ accountid: guidOf('account', 1), name: 'Company' }])
      const company = guidOf('account', 1)
      const under = (
        n: number,
        parentcustomerid: string | null,
        parentcustomeridtype: string | null,
      ) => ({
        contactid: id(n),
        fullname: `Contact ${n}`,
        parentcustomerid,
        parentcustomeridtype,
      })
      await insertRows(db, 'contact', [
        under(1, `{${company.toUpperCase()}}`, '1'),
        under(2, company, 'account'),
        under(3, id(1), 'contact'),
        under(4, null, null),
        under(5, company, null),
        under(6, id(1), null),
        under(7, id(99), null),
        under(8, id(99), 'account'),
      ])
      const of = (n: number) => ({ customerid: id(n).toUpperCase(), customeridtype: 'contact' })
      await insertRows(db, 'quote', [{ quoteid: guidOf('quote', 1), ...of(1) }])
      await insertRows(db, 'quote', [{ quoteid: guidOf('quote', 2), ...of(1) }])
      await insertRows(db, 'invoice', [{ invoiceid: guidOf('invoice', 1), ...of(1) }])
      await insertRows(db, 'salesorder', [{ salesorderid: guidOf('salesorder', 1), ...of(4) }])
      await insertRows(db, 'salesorder', [
        { salesorderid: guidOf('salesorder', 2), customerid: company, customeridtype: 'account' },
      ])
      const told = [
        ['customer', 'has-sales-activity', 'account', '2', '0', '1'],
        ['contact', 'company-is-account', 'account', '0', '0', '0'],
        ['skipped', 'company-is-contact', 'contact', '0', '0', '0'],
        ['customer', 'has-sales-activity', '', '0', '1', '0'],
        ['contact', 'company-is-account', 'account', '0', '0', '0'],
        ['skipped', 'company-is-contact', 'contact', '0', '0', '0'],
        ['skipped', 'company-type-unknown', '', '0', '0', '0'],
        ['contact', 'company-is-account', 'account', '0', '0', '0'],
      ]
      const rows = (contacts: Cells[]) =>
        contacts.map(c => [
          c['route'],
          c['reason'],
          c['company_type'],
          c['quotes'],
          c['orders'],
          c['invoices'],
        ])
      const before = read(await exported(t, db), 'contacts')
      t.same(rows(before), told)
      t.match(before[0], { contactid: id(1), company_id: company, is_active_customer: '' })
      t.match(before[0], { contact_number: '', is_company_an_account: '' })

      await finish(migrate(db))
      const after = read(await exported(t, db), 'contacts')
      t.same(rows(after), told)
      t.match(after[0], { is_active_customer: 'true', is_company_an_account: 'true' })
      t.match(after[6], { is_active_customer: 'false', is_company_an_account: 'false' })
      t.ok(after.every(row => /^CON-\d{5}-[A-Z]{6}$/.test(row['contact_number'] ?? '')))
    },
  )

  t.test(`${engine}: the flags decide over the route where they are there`, async t => {
    const db = await freshDatabase(t, engine)
    await makeSales(db)
    const flags = [
      [1, 0],
      [0, 1],
      [0, 0],
      [null, null],
    ]
    await insertRows(
      db,
      'contact',
      flags.map(([active, company], n) => ({
        contactid: id(n),
        parentcustomerid: guidOf('account', 1),
        parentcustomeridtype: n === 3 ? 'account' : null,
        [field.isActiveCustomer]: active ?? null,
        [field.isCompanyAnAccount]: company ?? null,
      })),
    )
    const routes = read(await exported(t, db), 'contacts').map(row => row['route'])
    t.same(routes, ['customer', 'contact', 'skipped', 'contact'])
  })

  t.test(`${engine}: an account number was kept, or assigned, or is not there`, async t => {
    const db = await freshDatabase(t, engine)
    await makeSales(db)
    const number = (n: number, accountnumber: string | null) => ({
      accountid: guidOf('account', n),
      name: `Company ${n}`,
      accountnumber,
    })
    await insertRows(db, 'account', [number(1, 'A-1'), number(2, null), number(3, '')])
    const origins = async () =>
      read(await exported(t, db), 'accounts').map(row => row['number_origin'])
    t.same(await origins(), ['kept', '', ''])
    await finish(migrate(db))
    await insertRows(db, 'account', [number(4, null), number(5, 'A-5')])
    t.same(await origins(), ['kept', 'assigned', 'assigned', 'assigned', 'kept'])
    await db.change(
      sql`UPDATE account SET accountnumber = 'mine' WHERE accountid = ${guidOf('account', 2)}`,
    )
    t.same(await origins(), ['kept', 'kept', 'assigned', 'assigned', 'kept'])
  })

  t.test(`${engine}: each changed value is told, and what it was`, async t => {
    const db = await freshDatabase(t, engine)
    await loadWorld(db, 'half-numbered')
    await finish(migrate(db))
    const out = await exported(t, db)
    const changes = read(out, 'changes')
    const contacts = read(out, 'contacts')
    const numbered = changes.filter(row => row['column'] === field.contactNumber)
    t.ok(numbered.length > 0 && numbered.length < contacts.length, 'kept numbers did not change')
    for (const { row_id, old_value, new_value } of numbered) {
      t.equal(old_value, '')
      t.equal(contacts.find(row => row['contactid'] === row_id)?.['contact_number'], new_value)
    }
    const flags = changes.filter(row => row['column'] === field.isActiveCustomer)
    t.equal(flags.length, contacts.length)
    t.ok(flags.every(row => /^(true|false)$/.test(row['new_value'] ?? '')))
    const [run] = read(out, 'runs')
    t.equal(run?.['command'], 'migrate')
    t.ok(changes.every(row => row['run_id'] === run?.['run_id'] && row['changed_on'] !== ''))
  })

  t.test(`${engine}: what the sync did is told for both legs, and who goes nowhere`, async t => {
    const db = await freshDatabase(t, engine)
    await loadWorld(db, 'one-of-each-kind')
    await finish(migrate(db))
    const out = await exported(t, db)
    const sync = read(out, 'sync')
    const contacts = read(out, 'contacts')
    const skipped = contacts.filter(row => row['route'] === 'skipped')
    t.ok(skipped.length > 0)
    for (const { contactid, contact_number, reason } of skipped)
      t.match(
        sync.filter(row => row['source_id'] === contactid),
        [
          {
            template: 'contacts',
            task: 'Contacts',
            leg: 'source-cds',
            key: contact_number,
            outcome: 'skipped',
            code: reason?.replaceAll('-', '_').toUpperCase(),
            message: /No quote, order or invoice/,
          },
        ],
      )
    for (const { contactid, route } of contacts.filter(row => row['route'] !== 'skipped')) {
      const told = sync.filter(row => row['source_id'] === contactid)
      const template = route === 'customer' ? 'contacts-to-customer' : 'contacts'
      t.ok(told.length > 0, `${contactid} is told`)
      t.ok(told.every(row => row['template'] === template))
      const isRejected = told.some(row => row['outcome'] === 'rejected')
      if (!isRejected)
        t.same(
          told.map(row => [row['leg'], row['outcome']]),
          [
            ['cds-destination', 'inserted'],
            ['source-cds', 'inserted'],
          ],
        )
    }
  })

  t.test(`${engine}: rows come in the order of their keys`, async t => {
    const db = await freshDatabase(t, engine)
    await makeSales(db)
    const ids = [5, 3, 4, 1, 2].map(n => id(n))
    await insertRows(
      db,
      'contact',
      ids.map((contactid, n) => ({
        contactid: n % 2 ? `{${contactid.toUpperCase()}}` : contactid,
      })),
    )
    const told = read(await exported(t, db), 'contacts').map(row => row['contactid'])
    t.same(told, [...ids].sort())
  })

  t.test(`${engine}: the same state gives the same bytes`, async t => {
    const db = await freshDatabase(t, engine)
    await loadWorld(db, 'odd-text')
    await finish(migrate(db))
    const [first, second] = [freshFolder(t), freshFolder(t)]
    const [one, two] = [
      await finish(exportAudit(db, { out: first, gzip: true, excel: true })),
      await finish(exportAudit(db, { out: second, gzip: true, excel: true })),
    ]
    t.same(one.files, two.files)
    const text = gunzipSync(readFileSync(join(first, 'contacts.csv.gz'))).toString('utf8')
    t.ok(text.startsWith('\uFEFFcontactid,'))
  })

  t.test(`${engine}: all files show one moment`, async t => {
    const config = await freshConfig(t, engine)
    const db = await connect(config, { mode: 'create' })
    t.teardown(() => db.close())
    if (engine === 'sqlite') await db.script('PRAGMA journal_mode = WAL')
    await makeSales(db)
    const out = freshFolder(t)
    const work = exportAudit(db, { out })
    t.match((await work.next()).value, { type: 'step', state: 'started', step: 'contacts.csv' })
    await insertRows(db, 'contact', [{ contactid: id(1) }])
    await insertRows(db, 'account', [{ accountid: guidOf('account', 1) }])
    await finish(work)
    t.same(read(out, 'contacts'), [])
    t.same(read(out, 'accounts'), [])
  })

  t.test(`${engine}: an export that is stopped leaves nothing under a file’s name`, async t => {
    const db = await freshDatabase(t, engine)
    await makeSales(db)
    const out = freshFolder(t)
    await finish(exportAudit(db, { out }))
    const work = exportAudit(db, { out })
    await work.next()
    await work.return(undefined as never)
    t.notOk(existsSync(join(out, 'manifest.json')), 'it is no longer taken for complete')
    t.notOk(readdirSync(out).some(name => name.endsWith('.part')))
    await db.change(sql`DELETE FROM contact`)
  })

  t.test(`${engine}: threads beside write the same files`, async t => {
    const db = await freshDatabase(t, engine)
    await loadWorld(db, 'odd-text')
    await finish(migrate(db))
    const [alone, beside] = [freshFolder(t), freshFolder(t)]
    const one = await finish(exportAudit(db, { out: alone }))
    const two = await finish(exportAudit(db, { out: beside, inThreadsFrom: 0 }))
    t.same(two.files, one.files)
    t.notOk(readdirSync(beside).some(name => name.endsWith('.part')))

    const stopped = exportAudit(db, { out: beside, inThreadsFrom: 0 })
    await stopped.next()
    await stopped.return(undefined as never)
    t.notOk(readdirSync(beside).some(name => name.endsWith('.part')))
    await db.change(sql`DELETE FROM quote`)

    rmSync(join(beside, 'sync.csv'))
    mkdirSync(join(beside, 'sync.csv'))
    await t.rejects(finish(exportAudit(db, { out: beside, inThreadsFrom: 0 })), {
      code: 'FILE_UNWRITABLE',
    })
  })

  t.test(`${engine}: a place that is no folder is refused before anything is done`, async t => {
    const db = await freshDatabase(t, engine)
    const file = join(freshFolder(t), 'file')
    writeFileSync(file, 'precious')
    await t.rejects(finish(exportAudit(db, { out: file })), { code: 'FOLDER_UNWRITABLE', exit: 2 })
    t.equal(readFileSync(file, 'utf8'), 'precious')
  })
}
