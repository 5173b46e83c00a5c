import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import t, { type Test } from 'tap'
import { exportAudit } from '../../src/audit/export.ts'
import { deliveriesOf } from '../../src/database/deliveries.ts'
import type { Database } from '../../src/database/database.ts'
import { compareSheet } from '../../src/deliver/compare-sheet.ts'
import { deliver, type DeliveryKind, type DeliveryManifest } from '../../src/deliver/deliver.ts'
import { finopsPlan } from '../../src/deliver/finops.ts'
import { writeSheet } from '../../src/deliver/write-sheet.ts'
import { field } from '../../src/domain/names.ts'
import { sql } from '../../src/domain/sql.ts'
import { finish, type RunEvent } from '../../src/events.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { previewRollback, rollback } from '../../src/upgrade/rollback.ts'
import {
  engines,
  freshDatabase,
  freshFolder,
  type Engine,
  type Teardown,
} from '../support/database.ts'
import { freshWorld, loadWorld, worldContact, type World } from '../support/worlds.ts'

// Where a rollback on a server puts its audit.
process.chdir(freshFolder(t))

async function upgraded(
  t: Teardown,
  engine: Engine,
  world: World = 'one-of-each-kind',
): Promise<Database> {
  const db = await freshWorld(t, engine, world)
  await finish(migrate(db))
  return db
}

async function delivered(t: Teardown, db: Database, kind: DeliveryKind, undo = false) {
  const out = join(freshFolder(t), 'files')
  const manifest = await finish(deliver(db, { kind, out, undo }))
  return { out, manifest }
}

function rowsIn(out: string, name: string): Record<string, string>[] {
  return parse(readFileSync(join(out, name)), { columns: true })
}

function proveManifest(t: Test, out: string, manifest: DeliveryManifest): void {
  t.same(JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')), manifest)
  for (const { name, bytes, sha256 } of manifest.files) {
    const content = readFileSync(join(out, name))
    t.equal(content.length, bytes)
    t.equal(createHash('sha256').update(content).digest('hex'), sha256)
    t.equal(statSync(join(out, name)).mode & 0o777, 0o600)
  }
  const named = [...manifest.files.map(({ name }) => name), ...manifest.documents]
  t.same(readdirSync(out).sort(), [...named, 'README.txt', 'manifest.json'].sort())
}

for (const engine of engines) {
  t.test(`${engine}: dataverse gets numbers, flags, and the seed that goes first`, async t => {
    const db = await upgraded(t, engine)
    const { out, manifest } = await delivered(t, db, 'dataverse')
    proveManifest(t, out, manifest)
    const contacts = rowsIn(out, 'contacts.csv')
    t.equal(contacts.length, 15)
    t.match(
      contacts.find(row => row['contactid'] === worldContact(1)),
      {
        [field.contactNumber]: /^CON-0\d{4}-[A-Z]{6}$/,
        [field.isActiveCustomer]: 'Yes',
        [field.isCompanyAnAccount]: 'Yes',
      },
    )
    const [account, ...others] = rowsIn(out, 'accounts.csv')
    t.match(account, { accountid: /2$/, accountnumber: /^ACC-01000-[A-Z]{6}$/ })
    t.same(others, [], 'a number that was there is not delivered')
    const { requests } = JSON.parse(
      readFileSync(join(out, 'set-auto-number-seed.json'), 'utf8'),
    ) as { requests: { body: unknown }[] }
    t.same(
      requests.map(({ body }) => body),
      [
        { EntityName: 'contact', AttributeName: field.contactNumber, Value: 1015 },
        { EntityName: 'account', AttributeName: field.accountNumber, Value: 1001 },
      ],
    )
    t.match(readFileSync(join(out, 'README.txt'), 'utf8'), /^1\. First send .*still empty/s)
  })

  t.test(`${engine}: contacts that had a number get flags only`, async t => {
    const db = await upgraded(t, engine, 'half-numbered')
    const { out } = await delivered(t, db, 'dataverse')
    const numbered = rowsIn(out, 'contacts.csv')
    const kept = rowsIn(out, 'contacts-with-number.csv')
    t.ok(numbered.length > 0 && kept.length > 0)
    const [{ n } = { n: 0 }] = await db.rows<{ n: number }>(sql`SELECT count(*) AS n FROM contact`)
    t.equal(numbered.length + kept.length, Number(n))
    t.same(Object.keys(kept[0] ?? {}), [
      'contactid',
      field.isActiveCustomer,
      field.isCompanyAnAccount,
    ])
  })

  t.test(`${engine}: the undo of dataverse has the values of before`, async t => {
    const db = await upgraded(t, engine)
    const { out, manifest } = await delivered(t, db, 'dataverse', true)
    proveManifest(t, out, manifest)
    const forward = await delivered(t, db, 'dataverse')
    const undone = rowsIn(out, 'contacts-undo.csv')
    t.same(
      undone.map(row => row['contactid']),
      rowsIn(forward.out, 'contacts.csv').map(row => row['contactid']),
    )
    for (const row of undone)
      t.match(row, {
        [field.contactNumber]: '',
        [field.isActiveCustomer]: '',
        [field.isCompanyAnAccount]: '',
      })
    t.match(rowsIn(out, 'accounts-undo.csv'), [{ accountnumber: '' }])
  })

  t.test(`${engine}: dual-write gets accounts and contacts as its article says`, async t => {
    const db = await upgraded(t, engine)
    const { out, manifest } = await delivered(t, db, 'dual-write')
    proveManifest(t, out, manifest)
    t.match(
      rowsIn(out, 'account.csv').find(row => row['msdyn_partynumber'] === 'K-1'),
      { msdyn_company: 'usmf', customertypecode: 'Customer', msdyn_customergroupid: '10' },
    )
    const contacts = rowsIn(out, 'contact.csv')
    const [active, quiet] = [1, 4].map(n =>
      contacts.find(row => row['contactid'] === worldContact(n)),
    )
    t.match(active, {
      msdyn_sellable: 'Yes',
      msdyn_customergroupid: '10',
      msdyn_contactforvendor: '',
    })
    t.match(quiet, {
      msdyn_sellable: 'No',
      msdyn_customergroupid: '',
      msdyn_contactforvendor: 'Customer',
    })
    t.equal(quiet?.['msdyn_contactnumber'], quiet?.['msdyn_partynumber'])
    t.equal(quiet?.['msdyn_contactnumber'], quiet?.['msdyn_contactpersonid'])
  })

  t.test(`${engine}: more rows than one file may have go into several, none lost`, async t => {
    const db = await upgraded(t, engine)
    const [customers] = (await finopsPlan(db)).sheets
    if (!customers) throw new Error('no sheet')
    for (const mostRows of [1, 2, 3, 100]) {
      const sheet = { ...customers, mostRows }
      const out = freshFolder(t)
      const files = await finish(writeSheet(db, sheet, out))
      await compareSheet(db, sheet, out, files)
      const total = files.reduce((sum, { rows }) => sum + rows, 0)
      t.equal(files.length, Math.ceil(total / mostRows))
      t.ok(files.every(({ rows }) => rows <= mostRows))
      t.same(
        files.map(({ name }) => name),
        mostRows >= total
          ? ['customers-v2.zip']
          : files.map(
              (_, i) =>
                `customers-v2-${String(i + 1).padStart(String(files.length).length, '0')}.zip`,
            ),
      )
    }
  })

  t.test(`${engine}: a file that is not as the database has it is noticed`, async t => {
    const db = await upgraded(t, engine)
    const [customers] = (await finopsPlan(db)).sheets
    if (!customers) throw new Error('no sheet')
    const sheet = { ...customers, entity: null }
    const out = freshFolder(t)
    const files = await finish(writeSheet(db, sheet, out))
    const path = join(out, 'customers-v2.csv')
    const content = readFileSync(path, 'utf8')
    const damages: [string, RegExp][] = [
      [content.replace('Active', 'Aktive'), /"Aktive.*" where "Active/],
      [content.split('\r\n').slice(0, -2).join('\r\n'), /fewer rows/],
      [`${content}${content.split('\r\n').at(-2) ?? ''}\r\n`, /more rows/],
      [content.replace('CUSTOMERACCOUNT', 'ACCOUNT'), /header/],
    ]
    for (const [damaged, message] of damages) {
      writeFileSync(path, damaged)
      await t.rejects(compareSheet(db, sheet, out, files), { code: 'DELIVERY_DAMAGED', message })
    }
  })

  t.test(`${engine}: what was delivered is named by rollback and by the next upgrade`, async t => {
    const db = await upgraded(t, engine)
    const { out } = await delivered(t, db, 'finops')
    t.match(await deliveriesOf(db), [{ kind: 'finops', folder: out }])
    t.match(await previewRollback(db, { to: 'start' }), { delivered: [{ kind: 'finops' }] })
    const warnings = async (work: AsyncGenerator<RunEvent>) => {
      const found: string[] = []
      for await (const event of work)
        if (event.type === 'warning' && event.code === 'DELIVERED') found.push(event.message)
      return found
    }
    t.match(await warnings(rollback(db, { to: 'start' })), [
      /^finops, \d+ rows, was delivered into/,
    ])
    t.match(await warnings(migrate(db)), [/^finops/])
  })

  t.test(
    `${engine}: a folder has one delivery at a time, and keeps what is not of one`,
    async t => {
      const db = await upgraded(t, engine)
      const { out } = await delivered(t, db, 'finops')
      writeFileSync(join(out, 'notes.txt'), 'mine')
      const manifest = await finish(deliver(db, { kind: 'dual-write', out }))
      t.same(readdirSync(out).sort(), [
        'README.txt',
        ...manifest.files.map(({ name }) => name),
        'manifest.json',
        'notes.txt',
      ])
      const audit = freshFolder(t)
      await finish(exportAudit(db, { out: audit }))
      const before = readdirSync(audit)
      await t.rejects(finish(deliver(db, { kind: 'finops', out: audit })), {
        code: 'FOLDER_TAKEN',
        exit: 2,
      })
      t.same(readdirSync(audit), before)
    },
  )

  t.test(`${engine}: what was written since the last sync is said`, async t => {
    const db = await upgraded(t, engine)
    await db.change(sql`UPDATE contact SET lastname = 'New' WHERE contactid = ${worldContact(1)}`)
    const events: RunEvent[] = []
    for await (const event of deliver(db, { kind: 'finops', out: freshFolder(t) }))
      events.push(event)
    t.match(
      events.filter(({ type }) => type === 'warning'),
      [{ code: 'SYNC_PENDING', message: /^1 contacts/ }],
    )
  })

  t.test(`${engine}: nothing is delivered before the upgrade, or into no folder`, async t => {
    const before = await freshDatabase(t, engine)
    await loadWorld(before, 'one-of-each-kind')
    const out = freshFolder(t)
    await t.rejects(finish(deliver(before, { kind: 'finops', out })), {
      code: 'UPGRADE_UNFINISHED',
      exit: 2,
    })
    t.same(readdirSync(out), [])
    const db = await upgraded(t, engine)
    await t.rejects(finish(deliver(db, { kind: 'finops', out, undo: true })), {
      code: 'UNDO_UNSUPPORTED',
      exit: 2,
    })
    const file = join(out, 'file')
    writeFileSync(file, '')
    await t.rejects(finish(deliver(db, { kind: 'finops', out: file })), {
      code: 'FOLDER_UNWRITABLE',
      exit: 2,
    })
    t.same(await deliveriesOf(db), [])
  })
}
