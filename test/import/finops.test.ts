import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import { importFinops } from '../../src/import/finops.ts'
import { finopsFindings } from '../../src/upgrade/finops-findings.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { sync } from '../../src/upgrade/sync.ts'
import { verify } from '../../src/upgrade/verify.ts'
import { p2c } from '../support/command.ts'
import { engines, freshDatabase, freshFolder, type Engine } from '../support/database.ts'
import { loadWorld } from '../support/worlds.ts'

async function world(t: Test, engine: Engine): Promise<Database> {
  const db = await freshDatabase(t, engine)
  await loadWorld(db, 'one-of-each-kind')
  return db
}

function file(t: Test, text: string | Buffer): string {
  const path = join(freshFolder(t), 'export.csv')
  writeFileSync(path, text)
  return path
}

const customers = (...rows: string[]) =>
  ['CustomerAccount,PartyType,OrganizationName,PersonFirstName,PersonLastName', ...rows, ''].join(
    '\r\n',
  )

for (const engine of engines) {
  t.test(
    `${engine}: a customer under the same number and name is told, and overwritten`,
    async t => {
      const db = await world(t, engine)
      const finops = file(t, customers('K-1,Organization, THE account With A Number,,'))
      t.match(await finish(importFinops(db, { finops })), {
        entity: 'CustomersV2',
        rows: 1,
        taken: 1,
        rejected: 0,
        rejects: null,
      })
      t.match(await finopsFindings(db), [
        { code: 'RECORD_OVERWRITTEN', count: 1, examples: [/^K-1: /] },
      ])
      await finish(migrate(db))
      t.ok(await db.row(sql`SELECT 1 FROM finops_customersv2 WHERE "CustomerAccount" = 'K-1'`))
    },
  )

  t.test(`${engine}: under a number that somebody else has nothing is delivered`, async t => {
    const db = await world(t, engine)
    await finish(
      importFinops(db, { finops: file(t, customers('K-1,Organization,Quite Another,,')) }),
    )
    t.match(await finopsFindings(db), [
      { code: 'KEY_TAKEN', count: 1, examples: [/^K-1: "The Account With A Number" here, "Quite/] },
    ])
    await finish(migrate(db))
    const rejected = await db.rows<{ task: string; code: string; message: string }>(
      sql`SELECT DISTINCT task, code, message FROM p2c_sync_reject WHERE key = 'K-1'`,
    )
    t.match(rejected, [{ code: 'KEY_TAKEN', message: /^K-1 is .* as "Quite Another"/ }])
    t.notOk(await db.row(sql`SELECT 1 FROM finops_customersv2 WHERE "CustomerAccount" = 'K-1'`))
    t.same((await verify(db)).violations, [])
  })

  t.test(`${engine}: what Sales maintains itself is no stranger`, async t => {
    const db = await world(t, engine)
    const header = 'DATAAREAID,CUSTOMERACCOUNT,ORGANIZATIONNAME,ISEXTERNALLYMAINTAINED'
    const rows = ['usmf,K-1,Renamed since,Yes', 'dat,K-1,In another company,No']
    const utf16 = Buffer.from(`\uFEFF${[header, ...rows].join('\r\n')}`, 'utf16le')
    t.match(await finish(importFinops(db, { finops: file(t, utf16) })), { taken: 2 })
    t.same(await finopsFindings(db), [])
    await finish(migrate(db))
    t.ok(await db.row(sql`SELECT 1 FROM finops_customersv2 WHERE "CustomerAccount" = 'K-1'`))
  })

  t.test(`${engine}: what comes after the upgrade is for the next sync, contacts too`, async t => {
    const db = await world(t, engine)
    await finish(migrate(db))
    const one = await db.row<{ number: string }>(
      sql`SELECT "ContactPersonPartyNumber" AS number FROM finops_cdscontactpersons WHERE "AssociatedPartyNumber" = 'K-1' ORDER BY 1 LIMIT 1`,
    )
    const number = String(one?.number)
    const finops = file(
      t,
      `ContactPersonPartyNumber,AssociatedPartyNumber,FirstName,LastName\n${number},K-1,Some,Body\n`,
    )
    await finish(importFinops(db, { finops }))
    const { templates } = await finish(sync(db, { mode: 'changed' }))
    t.match(templates.find(({ template }) => template === 'contacts')?.legs, [
      { rejected: 1 },
      { rejected: 1 },
    ])
    t.match(await db.rows(sql`SELECT code, key FROM p2c_sync_reject WHERE code = 'KEY_TAKEN'`), [
      { code: 'KEY_TAKEN', key: number },
    ])
  })

  t.test(
    `${engine}: rows without a key, broken, or coming again are rejected with their lines`,
    async t => {
      const db = await world(t, engine)
      const finops = file(
        t,
        customers(
          'K-1,Organization,First,,',
          ',Organization,No Key,,',
          'K-2,Organization',
          'K-1,Organization,Last,,',
        ),
      )
      const result = await finish(importFinops(db, { finops }))
      t.match(result, { rows: 4, taken: 1, rejected: 3, rejects: `${finops}.rejects.csv` })
      t.equal(result.rows, result.taken + result.rejected)
      const rejects = readFileSync(String(result.rejects), 'utf8').split('\r\n')
      t.match(
        rejects.slice(1, -1).map(line => line.split(',').slice(1, 4).join()),
        [
          '3,CUSTOMERACCOUNT,KEY_MISSING',
          '4,,FIELD_COUNT_WRONG',
          '2,CUSTOMERACCOUNT,KEY_DUPLICATE',
        ],
      )
      t.match(await db.rows(sql`SELECT name FROM p2c_finops_party`), [{ name: 'Last' }])
      const again = file(t, customers('K-9,Organization,Only,,'))
      await finish(importFinops(db, { finops: again }))
      t.notOk(existsSync(`${again}.rejects.csv`))
      t.match(await db.rows(sql`SELECT name FROM p2c_finops_party`), [{ name: 'Only' }])
    },
  )

  t.test(`${engine}: what is no such export is refused, and nothing is changed`, async t => {
    const db = await world(t, engine)
    for (const [text, code] of [
      ['VendorAccount,Name\n1,2\n', 'FINOPS_HEADER_UNKNOWN'],
      ['', 'CSV_EMPTY'],
    ] as const)
      await t.rejects(finish(importFinops(db, { finops: file(t, text) })), { code, exit: 2 })
    t.equal(await db.dialect.describeTable(db, 'p2c_run'), undefined)
  })
}

t.test('the command takes an extract or an export, not both, and one of them', async t => {
  const db = await world(t, 'sqlite')
  const place = ['--database', db.config.database]
  const finops = file(t, customers('K-1,Organization,Another,,'))
  const done = await p2c(['import', '--finops', finops, ...place], '.')
  t.equal(done.status, 0)
  t.match(done.stdout, /CustomersV2 +1 +1 +0/)
  t.match(await p2c(['import', ...place], '.'), { status: 2, stderr: /OPTION_MISSING/ })
  t.match(await p2c(['import', '--finops', finops, '--from', '.', ...place], '.'), { status: 2 })
})
