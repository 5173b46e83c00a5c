import { spawnSync } from 'node:child_process'
import { chmodSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import t from 'tap'
import { check } from '../../src/check/check.ts'
import type { Finding } from '../../src/check/finding.ts'
import {
  configChanged,
  migrationChanged,
  schemaBroken,
} from '../../src/check/migration-findings.ts'
import { connect } from '../../src/database/connect.ts'
import type { Database } from '../../src/database/database.ts'
import { field } from '../../src/domain/names.ts'
import { sql } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { engines, freshConfig, freshDatabase } from '../support/database.ts'
import { makeTables, makeTablesOfText, pathOf } from '../support/live.ts'
import { otherTrigger } from '../support/other-trigger.ts'
import { guidOf, insertRows, makeSales } from '../support/sales.ts'
import { stateOfDatabase } from '../support/state.ts'
import { loadWorld } from '../support/worlds.ts'

/** Only the findings that do not depend on the disk of whoever runs the tests. */
async function findings(db: Database): Promise<Finding[]> {
  return (await check(db)).filter(finding => finding.code !== 'DISK_SPACE_LOW')
}

async function codes(db: Database): Promise<string[]> {
  return (await findings(db)).map(finding => finding.code)
}

async function only(db: Database, code: string): Promise<Finding> {
  const found = (await findings(db)).find(finding => finding.code === code)
  if (!found) throw new Error(`no finding ${code}, but ${(await codes(db)).join()}`)
  return found
}

const account = (n: number, more: object = {}) => ({
  accountid: guidOf('account', n),
  name: `Company ${n}`,
  ...more,
})
const contact = (n: number, more: object = {}) => ({
  contactid: guidOf('contact', n),
  firstname: 'Ann',
  lastname: `Other ${n}`,
  fullname: `Ann Other ${n}`,
  ...more,
})

for (const engine of engines) {
  t.test(`${engine}: an empty set of Sales tables is ready`, async t => {
    const db = await freshDatabase(t, engine)
    await makeTables(db)
    t.same(await findings(db), [])
  })

  t.test(`${engine}: every Sales table that is not there is named`, async t => {
    const db = await freshDatabase(t, engine)
    const found = await only(db, 'TABLE_MISSING')
    t.equal(found.severity, 'blocking')
    t.equal(found.count, 5)
    t.same(found.examples[0], 'account: it is not there')
    t.same(await codes(db), ['TABLE_MISSING'], 'and nothing is asked of what is not there')
  })

  t.test(`${engine}: a view is no table`, async t => {
    const db = await freshDatabase(t, engine)
    await makeTables(db)
    await db.script('DROP TABLE quote; CREATE VIEW quote AS SELECT * FROM salesorder')
    t.same((await only(db, 'TABLE_MISSING')).examples, ['quote: it is a view'])
  })

  if (engine === 'postgres')
    t.test(
      'postgres: a partitioned table is none that can be upgraded, and is refused',
      async t => {
        const db = await freshDatabase(t, engine)
        await makeTables(db)
        await db.script(
          'DROP TABLE quote; CREATE TABLE quote (quoteid uuid, customerid uuid, customeridtype text) PARTITION BY HASH (quoteid)',
        )
        t.same((await only(db, 'TABLE_MISSING')).examples, ['quote: it is a partitioned table'])
        await t.rejects(finish(migrate(db)), { code: 'CHECK_REFUSED', exit: 4 })
      },
    )

  t.test(`${engine}: a document that does not count need not be there`, async t => {
    const db = await freshDatabase(t, engine, { activity: { documents: ['quote'] } })
    await makeTables(db)
    await db.script('DROP TABLE invoice; DROP TABLE salesorder')
    t.same(await findings(db), [])
  })

  t.test(`${engine}: names are found in any case, and under configured names`, async t => {
    const db = await freshDatabase(t, engine, { tables: { contact: 'ContactBase' } })
    await makeTables(db)
    await db.script('DROP TABLE quote')
    await db.script('CREATE TABLE QUOTE (QuoteId text, CustomerId text, CustomerIdType integer)')
    t.same(await findings(db), [])
  })

  t.test(`${engine}: a column that is read must be there`, async t => {
    const db = await freshDatabase(t, engine)
    await makeTables(db)
    await db.script('ALTER TABLE contact DROP COLUMN parentcustomeridtype')
    await db.script('ALTER TABLE quote DROP COLUMN customerid')
    await insertRows(db, 'contact', [contact(1)])
    const found = await only(db, 'COLUMN_MISSING')
    t.equal(found.severity, 'blocking')
    t.same(found.examples, ['contact.parentcustomeridtype', 'quote.customerid'])
    t.equal(found.count, 2)
  })

  if (engine === 'postgres')
    t.test('a column that is there with other capitals is told', async t => {
      const db = await freshDatabase(t, engine)
      await makeTables(db)
      await db.script(
        'ALTER TABLE contact RENAME COLUMN parentcustomeridtype TO "ParentCustomerIdType"',
      )
      t.same((await only(db, 'COLUMN_MISSING')).examples, [
        'contact.parentcustomeridtype, which is there as "ParentCustomerIdType"',
      ])
    })

  t.test(`${engine}: a key in two writings is one key, and an empty one is none`, async t => {
    const db = await freshDatabase(t, engine)
    await makeTablesOfText(db)
    const id = 'abcdef00-0000-4000-8000-000000000001'
    await insertRows(db, 'contact', [
      contact(1, { contactid: id }),
      contact(2, { contactid: `{${id.toUpperCase()}}` }),
      contact(3, { contactid: '' }),
      contact(4),
    ])
    const found = await only(db, 'KEY_DUPLICATE')
    t.equal(found.severity, 'blocking')
    t.equal(found.count, 3)
    t.equal(found.examples.length, 3)
    t.equal(found.examples.filter(example => example.startsWith(id)).length, 2)
  })

  t.test(`${engine}: a table without a key of its own is counted`, async t => {
    const db = await freshDatabase(t, engine)
    await makeTables(db)
    await db.script('DROP TABLE invoice')
    await db.script('CREATE TABLE invoice (invoiceid text, customerid text, customeridtype text)')
    await insertRows(
      db,
      'invoice',
      [1, 1, 2].map(n => ({ invoiceid: guidOf('invoice', n) })),
    )
    await db.script('INSERT INTO invoice (invoiceid) VALUES (NULL)')
    t.equal((await only(db, 'KEY_DUPLICATE')).count, 3)
  })

  t.test(`${engine}: keys in capitals are no fault as long as each stands once`, async t => {
    const db = await freshDatabase(t, engine)
    await makeTables(db)
    await insertRows(db, 'contact', [
      contact(1, { contactid: 'ABCDEF00-0000-4000-8000-000000000001' }),
      contact(2, { contactid: 'ABCDEF00-0000-4000-8000-000000000002' }),
    ])
    t.same(await findings(db), [])
  })

  t.test(`${engine}: a trigger of somebody else is named, unless nothing fires it`, async t => {
    const db = await freshDatabase(t, engine)
    await makeTables(db)
    await db.script('CREATE TABLE log (line text)')
    const trigger = (name: string, event: string) =>
      db.script(otherTrigger(engine, name, event, { does: `INSERT INTO log VALUES ('x')` }))
    await trigger('on_name', 'AFTER UPDATE OF fullname ON contact')
    await trigger('on_insert', 'AFTER INSERT ON contact')
    t.same(await findings(db), [])
    await trigger('on_any', 'AFTER UPDATE ON contact')
    await trigger('on_number', 'AFTER UPDATE OF accountnumber ON account')
    const found = await only(db, 'TRIGGER_FIRES')
    t.equal(found.severity, 'blocking')
    t.same(found.examples, ['on_number on account', 'on_any on contact'])
    const fewer = await check(db, { pendingColumns: { account: [field.accountNumber] } })
    t.same(fewer.map(finding => finding.examples)[0], ['on_number on account'])
    t.same(await check(db, { pendingColumns: {}, only: 'blocking' }), [], 'nothing left to write')
  })

  t.test(`${engine}: account numbers that stand twice are counted; empty is none`, async t => {
    const db = await freshDatabase(t, engine)
    await makeTables(db)
    const numbers = ['A-1', 'A-1', 'A-1', 'A-2', '', '', null]
    await insertRows(
      db,
      'account',
      numbers.map((accountnumber, n) => account(n, { accountnumber })),
    )
    const found = await only(db, 'ACCOUNT_NUMBER_DUPLICATE')
    t.equal(found.severity, 'blocking')
    t.equal(found.count, 3)
    t.equal(found.examples[0], `${guidOf('account', 0)} Company 0: A-1`)
  })

  t.test(`${engine}: contact numbers that stand twice are counted`, async t => {
    const db = await freshDatabase(t, engine)
    await makeSales(db)
    const numbers = ['CON-01000-BVRCPS', 'CON-01000-BVRCPS', 'CON-01001-BVRCPS', null, '']
    await insertRows(
      db,
      'contact',
      numbers.map((number, n) => contact(n, { [field.contactNumber]: number })),
    )
    const found = await only(db, 'CONTACT_NUMBER_DUPLICATE')
    t.equal(found.count, 2)
    t.equal(found.severity, 'blocking')
    t.same(await codes(db), ['CONTACT_NUMBER_DUPLICATE'])
  })

  t.test(`${engine}: numbers alike but for case and outer space are a warning`, async t => {
    const db = await freshDatabase(t, engine)
    await makeSales(db)
    const numbers = ['acc-1', 'ACC-1 ', 'ACC-2', 'acc-3', ' ', 'ACC-4', 'ACC-4']
    await insertRows(
      db,
      'account',
      numbers.map((accountnumber, n) => account(n, { accountnumber })),
    )
    await insertRows(db, 'contact', [
      contact(1, { [field.contactNumber]: 'CON-01000-BVRCPS' }),
      contact(2, { [field.contactNumber]: 'con-01000-bvrcps' }),
    ])
    const found = await only(db, 'ACCOUNT_NUMBER_ALMOST_DUPLICATE')
    t.equal(found.severity, 'warning')
    t.equal(found.count, 2, 'numbers that are the same are told elsewhere')
    t.match(found.examples[0], /acc-1$/)
    t.equal((await only(db, 'CONTACT_NUMBER_ALMOST_DUPLICATE')).count, 2)
  })

  t.test(`${engine}: a number that F&O would cut is blocking`, async t => {
    const db = await freshDatabase(t, engine)
    await makeSales(db)
    await insertRows(db, 'account', [
      account(1, { accountnumber: 'x'.repeat(20) }),
      account(2, { accountnumber: 'x'.repeat(21) }),
    ])
    await insertRows(db, 'contact', [contact(1, { [field.contactNumber]: 'y'.repeat(21) })])
    const found = await only(db, 'NUMBER_TOO_LONG')
    t.equal(found.count, 2)
    t.equal(found.severity, 'blocking')
    t.equal(found.examples[0], `${guidOf('account', 2)} Company 2: ${'x'.repeat(21)}`)
  })

  t.test(`${engine}: a column that cannot hold a number or a flag is blocking`, async t => {
    const db = await freshDatabase(t, engine, {
      numbering: { contact: { format: '{SEQNUM:8}' } },
    })
    await makeSales(db)
    const types =
      engine === 'sqlite'
        ? { number: 'numeric', flag: 'text' }
        : { number: 'varchar(7)', flag: 'integer' }
    for (const [column, type] of [
      [field.contactNumber, types.number],
      [field.isActiveCustomer, types.flag],
    ] as const) {
      await db.script(`ALTER TABLE contact RENAME COLUMN ${column} TO earlier_${column}`)
      await db.script(`ALTER TABLE contact ADD COLUMN ${column} ${type}`)
    }
    const found = await only(db, 'COLUMN_TYPE_WRONG')
    t.equal(found.severity, 'blocking')
    t.same(
      found.examples,
      engine === 'sqlite'
        ? [`contact.${field.contactNumber} (numeric)`]
        : [
            `contact.${field.contactNumber} (character varying(7))`,
            `contact.${field.isActiveCustomer} (integer)`,
          ],
    )
    await t.rejects(finish(migrate(db)), { code: 'CHECK_REFUSED', exit: 4 })
    t.same(await db.rows(sql`SELECT * FROM contact`), [], 'and nothing was touched')
  })

  t.test(`${engine}: contact numbers of another format are a warning`, async t => {
    const db = await freshDatabase(t, engine)
    await makeSales(db)
    const numbers = ['CON-01000-BVRCPS', 'CON-100000-AB12CD', 'con-01001-BVRCPS', 'K1', '', null]
    await insertRows(
      db,
      'contact',
      numbers.map((number, n) => contact(n, { [field.contactNumber]: number })),
    )
    const found = await only(db, 'CONTACT_NUMBER_MALFORMED')
    t.equal(found.severity, 'warning')
    t.equal(found.count, 2)
    t.match(found.examples, [/con-01001-BVRCPS$/, /K1$/])
  })

  t.test(`${engine}: a company is looked for by its type, else by its id`, async t => {
    const db = await freshDatabase(t, engine)
    await makeTables(db)
    await insertRows(db, 'account', [account(1)])
    const [there, gone] = [guidOf('account', 1), guidOf('account', 2)]
    const under = (
      n: number,
      parentcustomerid: string | null,
      parentcustomeridtype: string | null,
    ) => contact(n, { parentcustomerid, parentcustomeridtype })
    await insertRows(db, 'contact', [
      under(1, there, 'account'),
      under(2, `{${there.toUpperCase()}}`, '1'),
      under(3, guidOf('contact', 1), 'contact'),
      under(4, there, null),
      under(5, guidOf('contact', 1), null),
      under(6, null, null),
      under(7, gone, 'account'),
      under(8, there, 'contact'),
      under(9, gone, '1'),
      under(10, gone, null),
      under(11, gone, 'lead'),
    ])
    const missing = await only(db, 'PARENT_MISSING')
    t.equal(missing.severity, 'warning')
    t.equal(missing.count, 3)
    t.equal(missing.examples[0], `${guidOf('contact', 7)} Ann Other 7: company account ${gone}`)
    t.equal((await only(db, 'PARENT_TYPE_UNKNOWN')).count, 2)
  })

  t.test(`${engine}: parents whose keys are in capitals are found`, async t => {
    const db = await freshDatabase(t, engine)
    await makeTables(db)
    const id = 'ABCDEF00-0000-4000-8000-000000000001'
    await insertRows(db, 'account', [account(1, { accountid: id })])
    await insertRows(db, 'contact', [
      contact(1, { parentcustomerid: id.toLowerCase(), parentcustomeridtype: 'account' }),
    ])
    t.same(
      (await codes(db)).filter(code => code.startsWith('PARENT')),
      [],
    )
  })

  t.test(`${engine}: documents of nobody are counted over all kinds`, async t => {
    const db = await freshDatabase(t, engine)
    await makeTables(db)
    await insertRows(db, 'account', [account(1)])
    await insertRows(db, 'contact', [contact(1)])
    const nobody = guidOf('contact', 9)
    const quote = (n: number, customerid: string | null, customeridtype: string | null) => ({
      quoteid: guidOf('quote', n),
      name: `Offer ${n}`,
      customerid,
      customeridtype,
    })
    await insertRows(db, 'quote', [
      quote(1, guidOf('account', 1), 'account'),
      quote(2, guidOf('contact', 1), '2'),
      quote(3, guidOf('contact', 1), null),
      quote(4, guidOf('account', 1), null),
      quote(5, null, null),
      quote(6, guidOf('account', 1), 'contact'),
      quote(7, nobody, null),
    ])
    await insertRows(db, 'invoice', [
      { invoiceid: guidOf('invoice', 1), customerid: nobody, customeridtype: 'contact' },
    ])
    const found = await only(db, 'CUSTOMER_MISSING')
    t.equal(found.severity, 'warning')
    t.equal(found.count, 3)
    t.ok(found.examples.includes(`${guidOf('quote', 7)} Offer 7: customer ${nobody}`))
  })

  t.test(`${engine}: who becomes a customer needs a name and should have a currency`, async t => {
    const db = await freshDatabase(t, engine)
    await makeTables(db)
    const nameless = { firstname: null, lastname: '', fullname: null }
    await insertRows(db, 'account', [account(1), account(2, { name: null })])
    await insertRows(db, 'contact', [contact(1), contact(2, nameless), contact(3, nameless)])
    const invoice = (n: number) => ({
      invoiceid: guidOf('invoice', n),
      customerid: guidOf('contact', n),
      customeridtype: 'contact',
    })
    await insertRows(db, 'invoice', [invoice(1), invoice(2)])
    const required = await only(db, 'REQUIRED_VALUE_MISSING')
    t.equal(required.severity, 'warning')
    t.equal(required.count, 2, 'account 2 and contact 2; contact 3 is nobody’s customer')
    t.same(required.examples, [guidOf('account', 2), guidOf('contact', 2)])
    t.equal((await only(db, 'CURRENCY_DEFAULTED')).count, 4, 'two accounts, two customers')
  })

  t.test(`${engine}: a currency that is known is not defaulted`, async t => {
    const db = await freshDatabase(t, engine)
    await makeTables(db)
    await db.script(
      `CREATE TABLE transactioncurrencies (transactioncurrencyid ${db.dialect.columnType({ kind: 'guid' })}, isocurrencycode text)`,
    )
    const euro = 'abcdef00-0000-4000-8000-00000000000e'
    const nameless = 'abcdef00-0000-4000-8000-00000000000f'
    await db.change(
      sql`INSERT INTO transactioncurrencies VALUES (${euro}, 'EUR'), (${nameless}, '')`,
    )
    const currencies = [euro.toUpperCase(), euro, nameless, guidOf('account', 9), null]
    await insertRows(
      db,
      'account',
      currencies.map((transactioncurrencyid, n) => account(n, { transactioncurrencyid })),
    )
    const found = await only(db, 'CURRENCY_DEFAULTED')
    t.equal(found.severity, 'warning')
    t.equal(found.count, 3)
  })

  t.test(`${engine}: text that does not fit is a warning`, async t => {
    const db = await freshDatabase(t, engine)
    await makeTables(db)
    await insertRows(db, 'contact', [
      contact(1, { jobtitle: 'j'.repeat(128), lastname: 'l'.repeat(129) }),
      contact(2, { jobtitle: 'j'.repeat(129) }),
    ])
    const found = await only(db, 'VALUE_TOO_LONG')
    t.equal(found.severity, 'warning')
    t.equal(found.count, 2)
    t.ok(
      found.examples.includes(
        `${guidOf('contact', 2)} Ann Other 2: jobtitle has 129 characters, 128 at most`,
      ),
    )
  })

  t.test(`${engine}: examples are ten at most, and the count is exact`, async t => {
    const db = await freshDatabase(t, engine)
    await makeTables(db)
    await insertRows(
      db,
      'account',
      Array.from({ length: 13 }, (_, n) => account(n, { accountnumber: 'same', name: null })),
    )
    for (const code of ['ACCOUNT_NUMBER_DUPLICATE', 'REQUIRED_VALUE_MISSING']) {
      const found = await only(db, code)
      t.equal(found.count, 13)
      t.equal(found.examples.length, 10)
    }
  })

  t.test(`${engine}: blocking findings come first, and can be had alone`, async t => {
    const db = await freshDatabase(t, engine)
    await makeTables(db)
    await insertRows(db, 'account', [
      account(1, { name: null, accountnumber: 'A' }),
      account(2, { accountnumber: 'A' }),
      account(3, { accountnumber: 'a' }),
      account(4, { accountnumber: 'x'.repeat(21) }),
    ])
    const severities = (await findings(db)).map(finding => finding.severity)
    t.same(severities, [...severities].sort())
    const blocking = await check(db, { only: 'blocking' })
    t.same(
      blocking.map(finding => finding.code),
      ['ACCOUNT_NUMBER_DUPLICATE', 'NUMBER_TOO_LONG'],
    )
  })

  t.test(`${engine}: a disk without room for the upgrade is a warning`, async t => {
    const db = await freshDatabase(t, engine)
    await makeTables(db)
    const withRoom = (freeBytes: number) => {
      const diskSpace = () => Promise.resolve({ databaseBytes: 1_000_000, freeBytes })
      return check({ ...db, dialect: { ...db.dialect, diskSpace } })
    }
    t.same(await withRoom(1_500_000), [])
    t.match(await withRoom(1_499_999), [{ code: 'DISK_SPACE_LOW', severity: 'warning', count: 1 }])
    t.same(
      await check({ ...db, dialect: { ...db.dialect, diskSpace: () => Promise.resolve(null) } }),
      [],
      'nor is one that nobody can see',
    )
  })

  t.test(
    `${engine}: large tables whose pages have no room for new versions are a warning`,
    async t => {
      const db = await freshDatabase(t, engine)
      await makeTables(db)
      const enough = 100 * 1_048_576
      const withPages = (share: number, bytes: number) => {
        const pagesTaken = () => Promise.resolve({ share, bytes })
        return findings({ ...db, dialect: { ...db.dialect, pagesTaken } })
      }
      t.match(await withPages(0.51, enough), [
        {
          code: 'PAGES_FULL',
          severity: 'warning',
          count: 2,
          examples: ['account: 51 % of 100 MiB', 'contact: 51 % of 100 MiB'],
        },
      ])
      t.same(await withPages(0.5, enough), [])
      t.same(await withPages(0.98, enough - 1), [], 'nor is a small table')
    },
  )

  t.test(`${engine}: rights that are missing block the upgrade`, async t => {
    const db = await freshDatabase(t, engine)
    await makeTables(db)
    const missingPermissions = () => Promise.resolve(['write /data'])
    const found = await check({ ...db, dialect: { ...db.dialect, missingPermissions } })
    t.match(found[0], {
      code: 'PERMISSION_MISSING',
      severity: 'blocking',
      examples: ['write /data'],
    })
  })

  t.test(`${engine}: rules of other parts are asked like the own`, async t => {
    const db = await freshDatabase(t, engine)
    await makeTables(db)
    await insertRows(db, 'account', [account(1), account(2)])
    const rowRules = [
      {
        code: 'SECOND',
        severity: 'warning' as const,
        cases: () => [{ table: 'account', broken: sql`r.name = ${'Company 2'}` }],
        what: (count: number) => `${count} second`,
        next: 'Nothing',
      },
    ]
    const found = (await check(db, { also: { rowRules } })).find(each => each.code === 'SECOND')
    t.match(found, { count: 1, what: '1 second', examples: [`${guidOf('account', 2)} Company 2`] })
  })

  t.test(`${engine}: the upgrade itself leaves nothing to complain of`, async t => {
    const db = await freshDatabase(t, engine)
    await loadWorld(db, 'one-of-each-kind')
    const before = await findings(db)
    t.same(
      before.map(({ code, count }) => [code, count]),
      [
        ['PARENT_MISSING', 1],
        ['PARENT_TYPE_UNKNOWN', 1],
        ['CUSTOMER_MISSING', 1],
        ['CURRENCY_DEFAULTED', 7],
      ],
    )
    await finish(migrate(db))
    t.same(await findings(db), before)
  })

  t.test(`${engine}: a reader can check, and changes nothing`, async t => {
    const config = await freshConfig(t, engine)
    const writer = await connect(config, { mode: 'create' })
    await makeTables(writer)
    await insertRows(writer, 'account', [account(1, { accountnumber: 'a' })])
    await writer.close()
    const reader = await connect(config, { mode: 'read' })
    t.teardown(() => reader.close())
    const before = await stateOfDatabase(reader)
    t.same(await codes(reader), ['CURRENCY_DEFAULTED'])
    t.same(await stateOfDatabase(reader), before)
    await t.rejects(reader.change(sql`DELETE FROM account`), { code: 'DATABASE_READ_ONLY' })
  })
}

t.test('sqlite: a check does not touch the file, and sees the room beside it', async t => {
  const db = await freshDatabase(t, 'sqlite')
  await makeTables(db)
  const before = statSync(pathOf(db)).mtimeMs
  await check(db)
  t.equal(statSync(pathOf(db)).mtimeMs, before)
  const space = await db.dialect.diskSpace(db)
  t.ok(space && space.databaseBytes > 0 && space.freeBytes > 0)
})

t.test('sqlite: a file and a folder that cannot be written are named', async t => {
  const config = await freshConfig(t, 'sqlite')
  const db = await connect(config, { mode: 'create' })
  t.teardown(() => db.close())
  t.same(await db.dialect.missingPermissions(db), [])
  const file = config.database.slice('sqlite:'.length)
  const folder = dirname(file)
  t.same(missingForOthers(file, folder), [`write ${file}`, `write ${folder}`])
})

/** What is missing without write rights; root, who has all of them, asks as somebody else. */
function missingForOthers(file: string, folder: string): string[] {
  const source = new URL('../../src/database/sqlite/file.ts', import.meta.url).href
  const ask = `import { missingPermissions } from '${source}'; process.stdout.write(JSON.stringify(missingPermissions(${JSON.stringify(file)})))`
  chmodSync(file, 0o444)
  chmodSync(folder, 0o555)
  try {
    const asNobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
    const args = ['--import', 'tsx', '--input-type=module', '-e', ask]
    const cwd = new URL('../..', import.meta.url).pathname
    const asked = spawnSync(process.execPath, args, { ...asNobody, cwd, encoding: 'utf8' })
    return JSON.parse(asked.stdout || JSON.stringify([asked.stderr])) as string[]
  } finally {
    chmodSync(folder, 0o700)
  }
}

t.test('what the migrations find is told like the rest', t => {
  t.match(schemaBroken('no such column: x'), {
    code: 'SCHEMA_BROKEN',
    severity: 'blocking',
    count: 1,
  })
  const settings = Array.from({ length: 12 }, (_, n) => `setting ${n}`)
  t.match(configChanged(settings), { code: 'CONFIG_CHANGED', count: 12 })
  t.equal(configChanged(settings).examples.length, 10)
  t.match(migrationChanged(['one']), { code: 'MIGRATION_CHANGED', examples: ['one'] })
  t.end()
})
