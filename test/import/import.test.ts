import t from 'tap'
import { sql } from '../../src/domain/sql.ts'
import { hasFindings } from '../../src/import/result.ts'
import { otherTrigger } from '../support/other-trigger.ts'
import { engines } from '../support/database.ts'
import { contactsOf, guid, world } from '../support/extract.ts'

for (const engine of engines) {
  t.test(`${engine}: what is missing is made, loaded, and stored canonically`, async t => {
    const { db, file, run } = await world(t, engine)
    file('accounts.csv', ['accountid,name', `{${guid(1)}},ACME`])
    file('contacts.csv', [
      'contactid,lastname,parentcustomerid,parentcustomeridtype,accountrolecode,donotemail,createdon,birthdate,junk',
      `${guid(2).toUpperCase()},null,${guid(1)},1,Employee,Yes,2026-11-01 08:00,1980-05-06,x`,
    ])
    file('invoices.csv', ['invoiceid,customerid,totalamount', `${guid(3)},${guid(2)},472.38`])
    const { result, warnings } = await run({ create: true })
    t.same(result.created, ['account', 'contact', 'quote', 'salesorder', 'invoice'])
    t.match(result.files, [
      { file: 'accounts.csv', rows: 1, inserted: 1 },
      { file: 'contacts.csv', rows: 1, inserted: 1, unknownColumns: ['junk'] },
      { file: 'invoices.csv', rows: 1, inserted: 1 },
    ])
    t.same(warnings, ['COLUMN_UNKNOWN'])
    t.equal(hasFindings(result), false)
    t.equal(result.rejects, null)
    t.match(await db.row(sql`SELECT * FROM contact`), {
      contactid: guid(2),
      lastname: 'null',
      firstname: null,
      parentcustomerid: guid(1),
      parentcustomeridtype: 'account',
      accountrolecode: 2,
      donotemail: 1,
      createdon: '2026-11-01T08:00:00Z',
      birthdate: '1980-05-06',
    })
    t.match(await db.row(sql`SELECT * FROM invoice`), { totalamount: 472.38 })
    t.match(await db.row(sql`SELECT * FROM p2c_run`), {
      command: 'import',
      outcome: 'done',
      rows: 3,
    })
  })

  t.test(`${engine}: importing twice changes nothing the second time`, async t => {
    const { db, file, run } = await world(t, engine)
    file('contacts.csv', [
      'contactid,lastname,parentcustomerid,parentcustomeridtype,statecode,createdon',
      `${guid(1)},A,,,Active,2026-11-01`,
      `${guid(2)},B,{${guid(9).toUpperCase()}},contact,1,2026-11-02T00:00:00+01:00`,
    ])
    file('quotes.csv', ['quoteid,totalamount', `${guid(5)},10.50`, `${guid(6)},123456789012.345`])
    await run({ create: true })
    const before = await db.rows(sql`SELECT * FROM contact`)
    const { result } = await run()
    t.match(result.files, [
      { inserted: 0, updated: 0, unchanged: 2 },
      { inserted: 0, updated: 0, unchanged: 2 },
    ])
    t.same(await db.rows(sql`SELECT * FROM contact`), before)
  })

  t.test(
    `${engine}: rows that differ are updated, columns that are not in the file stay`,
    async t => {
      const { db, file, run } = await world(t, engine)
      file('contacts.csv', ['contactid,lastname,fax', `${guid(1)},A,1`, `${guid(2)},B,2`])
      await run({ create: true })
      file('contacts.csv', ['contactid,lastname', `${guid(2)},`, `${guid(1)},A`, `${guid(3)},C`])
      const { result } = await run()
      t.match(result.files, [{ rows: 3, inserted: 1, updated: 1, unchanged: 1 }])
      t.same(await db.rows(sql`SELECT contactid, lastname, fax FROM contact ORDER BY 1`), [
        { contactid: guid(1), lastname: 'A', fax: '1' },
        { contactid: guid(2), lastname: null, fax: '2' },
        { contactid: guid(3), lastname: 'C', fax: null },
      ])
    },
  )

  t.test(
    `${engine}: every row that cannot be taken is in the rejects, the others are loaded`,
    async t => {
      const { db, file, run, rejected, rejects } = await world(t, engine)
      const rows = [
        `${guid(1)},A,1,2026-11-01`,
        `,B,1,`,
        `nonsense,C,1,`,
        `${guid(2)},D,Boss,`,
        `${guid(3)},E,1,2026-02-30`,
        `${guid(4)},${'x'.repeat(51)},1,`,
        `${guid(5)},5" pipe,1,`,
        `${guid(6)},F,1`,
        `${guid(1).toUpperCase()},"G, last",1,`,
        `${guid(7)},"two`,
        `lines",2,`,
      ]
      file('contacts.csv', ['contactid,lastname,accountrolecode,createdon', ...rows])
      const { result } = await run({ create: true })
      t.match(result.files, [{ rows: 10, inserted: 2, updated: 0, unchanged: 0, rejected: 8 }])
      t.equal(hasFindings(result), true)
      t.equal(result.rejects, rejects)
      t.same(await contactsOf(db), [
        { contactid: guid(1), lastname: 'G, last' },
        { contactid: guid(7), lastname: 'two\nlines' },
      ])
      const found = rejected()
      t.same(
        found.map(({ line, column, code }) => [line, column, code]),
        [
          ['2', 'contactid', 'KEY_DUPLICATE'],
          ['3', 'contactid', 'KEY_MISSING'],
          ['4', 'contactid', 'GUID_INVALID'],
          ['5', 'accountrolecode', 'CHOICE_UNKNOWN'],
          ['6', 'createdon', 'TIME_INVALID'],
          ['7', 'lastname', 'VALUE_TOO_LONG'],
          ['8', 'lastname', 'QUOTING_BROKEN'],
          ['9', '', 'FIELD_COUNT_WRONG'],
        ],
      )
      t.same(
        found.map(({ row }) => row),
        rows.slice(0, 8),
      )
      t.same(new Set(found.map(row => row['file'])), new Set(['contacts.csv']))
      t.match(await db.row(sql`SELECT outcome FROM p2c_run`), { outcome: 'findings' })
    },
  )

  t.test(
    `${engine}: a row that the database refuses is rejected, and its batch is loaded`,
    async t => {
      const { db, file, run, rejected } = await world(t, engine)
      await db.script(
        `CREATE TABLE contact (contactid text PRIMARY KEY, lastname text CHECK (lastname <> 'bad'), fax text)`,
      )
      await db.script(`INSERT INTO contact VALUES ('${guid(0)}', 'good', NULL)`)
      const names = Array.from(
        { length: 50 },
        (_, i) => `${guid(i)},${i % 20 === 0 ? 'bad' : 'good'},new`,
      )
      file('contacts.csv', ['contactid,lastname,fax', ...names])
      const { result } = await run()
      t.match(result.files, [
        {
          rows: 50,
          inserted: 47,
          updated: 0,
          rejected: 3,
          rejectedByCode: { DATABASE_REFUSED: 3 },
        },
      ])
      const found = rejected()
      t.same(
        found.map(({ line, code, row }) => [line, code, row]),
        [0, 20, 40].map(i => [String(i + 2), 'DATABASE_REFUSED', `${guid(i)},bad,new`]),
      )
      t.match(found[0]?.['message'], /check constraint/i)
      t.match(await db.row(sql`SELECT * FROM contact WHERE contactid = ${guid(0)}`), { fax: null })
    },
  )

  t.test(
    `${engine}: a row under another writing of its GUID is the same row and keeps its key`,
    async t => {
      const { db, file, run } = await world(t, engine)
      await db.script(
        `CREATE TABLE contact (contactid text PRIMARY KEY, lastname text, parentcustomerid text, parentcustomeridtype integer)`,
      )
      const upper = `{${guid(1).replace('8', 'A')}}`
      const lower = upper.toLowerCase().slice(1, -1)
      await db.script(
        `INSERT INTO contact VALUES ('${upper}', 'old', '${guid(9).toUpperCase()}', 1), ('${guid(2)}', 'same', NULL, NULL)`,
      )
      file('contacts.csv', [
        'contactid,lastname,parentcustomerid,parentcustomeridtype',
        `${lower},old,${guid(9)},account`,
        `${guid(2)},same,,`,
        `${guid(3)},new,${guid(9)},contact`,
      ])
      t.match((await run()).result.files, [{ inserted: 1, updated: 0, unchanged: 2 }])
      t.match(await db.row(sql`SELECT * FROM contact WHERE contactid = ${guid(3)}`), {
        parentcustomeridtype: 2,
      })
      file('contacts.csv', ['contactid,lastname', `${lower},new`])
      t.match((await run()).result.files, [{ inserted: 0, updated: 1 }])
      t.match(
        await db.row(sql`SELECT * FROM contact WHERE lastname = 'new' AND contactid <> ${guid(3)}`),
        {
          contactid: upper,
        },
      )
    },
  )

  t.test(`${engine}: an empty number never erases one that the row has`, async t => {
    const { db, file, run } = await world(t, engine)
    file('accounts.csv', ['accountid,accountnumber,name', `${guid(1)},A-1,x`, `${guid(2)},,y`])
    await run({ create: true })
    file('accounts.csv', ['accountid,accountnumber,name', `${guid(1)},,X`, `${guid(2)},A-2,y`])
    t.match((await run()).result.files, [{ updated: 2 }])
    t.same(await db.rows(sql`SELECT accountnumber, name FROM account ORDER BY accountid`), [
      { accountnumber: 'A-1', name: 'X' },
      { accountnumber: 'A-2', name: 'y' },
    ])
    file('accounts.csv', ['accountid,accountnumber,name', `${guid(1)},,X`])
    t.match((await run()).result.files, [{ updated: 0, unchanged: 1 }])
  })

  t.test(
    `${engine}: triggers that hang on insert and update fire, each for its own rows only`,
    async t => {
      const { db, file, run } = await world(t, engine)
      file('contacts.csv', ['contactid,lastname', `${guid(1)},A`, `${guid(2)},B`])
      await run({ create: true })
      await db.script(`
      CREATE TABLE seen (what text);
      ${otherTrigger(engine, 'i', 'AFTER INSERT ON contact', { does: `INSERT INTO seen VALUES ('insert ' || NEW.lastname)` })};
      ${otherTrigger(engine, 'u', 'AFTER UPDATE ON contact', { does: `INSERT INTO seen VALUES ('update ' || NEW.lastname)` })}`)
      file('contacts.csv', ['contactid,lastname', `${guid(1)},A`, `${guid(2)},B2`, `${guid(3)},C`])
      await run()
      t.same(await db.rows(sql`SELECT what FROM seen ORDER BY what`), [
        { what: 'insert C' },
        { what: 'update B2' },
      ])
    },
  )

  t.test(
    `${engine}: columns of the upgrade are data where the table has them, and never made`,
    async t => {
      const { db, file, run } = await world(t, engine)
      const lines = ['contactid,msdynce_contactnumber', `${guid(1)},CON-01000-BVRCPS`]
      file('contacts.csv', lines)
      t.same((await run({ create: true })).warnings, ['COLUMN_MISSING'])
      await db.script('ALTER TABLE contact ADD COLUMN msdynce_contactnumber text')
      t.same((await run()).warnings, [])
      t.match(await db.row(sql`SELECT * FROM contact`), {
        msdynce_contactnumber: 'CON-01000-BVRCPS',
      })
    },
  )

  t.test(
    `${engine}: labels, local dates and a map of columns make an Excel export loadable`,
    async t => {
      const { db, file, run } = await world(t, engine)
      file('contacts.csv', [
        '(Do Not Modify) Contact;(Do Not Modify) Row Checksum;(Do Not Modify) Modified On;Last Name;Role;Company Name;Firma',
        `${guid(1)};abc==;6/22/2026 10:00 AM;Muster;Decision Maker;ACME;${guid(9)}`,
      ])
      const { result, warnings } = await run({
        create: true,
        dateFormat: 'M/d/yyyy h:mm a',
        map: { contacts: { Firma: 'parentcustomerid' } },
      })
      t.match(result.files, [{ inserted: 1, rejected: 0 }])
      t.same(warnings, ['LOOKUP_BY_NAME'])
      t.match(await db.row(sql`SELECT * FROM contact`), {
        modifiedon: '2026-06-22T10:00:00Z',
        lastname: 'Muster',
        accountrolecode: 1,
        parentcustomerid: guid(9),
      })
    },
  )

  t.test(`${engine}: a NUL character costs its own row, wherever in the row it stands`, async t => {
    const { db, file, run, rejected } = await world(t, engine)
    const rows = [
      `${guid(1)},A\0B,1,`,
      `${guid(2)},C,\0,`,
      `${guid(3)},D,one,\0`,
      `\0,E,1,`,
      `${guid(4)},F\0,1`,
      `${guid(5)},G,1,\0`,
      `${guid(6)},H,1,`,
    ]
    file('contacts.csv', ['contactid,lastname,accountrolecode,junk', ...rows])
    const { result } = await run({ create: true })
    t.match(result.files, [{ rows: 7, inserted: 2, rejected: 5 }])
    t.strictSame(
      (await contactsOf(db)).map(({ lastname }) => lastname),
      ['G', 'H'],
    )
    t.match(rejected(), [
      { line: '2', column: 'lastname', code: 'TEXT_INVALID', message: /found "A␀B"/ },
      { line: '3', column: 'accountrolecode', code: 'CHOICE_UNKNOWN', message: /found "␀"/ },
      { line: '4', column: 'accountrolecode', code: 'CHOICE_UNKNOWN', message: /found "one"/ },
      { line: '5', column: 'contactid', code: 'GUID_INVALID', message: /found "␀"/ },
      { line: '6', column: '', code: 'FIELD_COUNT_WRONG' },
    ])
    t.same(
      rejected().map(({ file, row }) => [file, row]),
      rows.slice(0, 5).map(row => ['contacts.csv', row]),
    )
  })

  t.test(`${engine}: tables and columns may have other names`, async t => {
    const settings = { tables: { account: 'AccountBase' }, columns: { accountNumber: 'AccNo' } }
    const { db, file, run } = await world(t, engine, settings)
    file('accounts.csv', ['accountid,accountnumber', `${guid(1)},A-1`])
    await run({ create: true })
    t.same(await db.rows(sql`SELECT accountid, "AccNo" FROM "AccountBase"`), [
      { accountid: guid(1), AccNo: 'A-1' },
    ])
    t.match((await run()).result.files, [{ unchanged: 1 }])
  })

  t.test(`${engine}: currencies are loaded where the extract has them`, async t => {
    const { db, file, run } = await world(t, engine)
    file('transactioncurrencies.csv', ['transactioncurrencyid,isocurrencycode', `${guid(1)},EUR`])
    t.ok((await run({ create: true })).result.created.includes('transactioncurrencies'))
    t.same(await db.rows(sql`SELECT isocurrencycode FROM transactioncurrencies`), [
      { isocurrencycode: 'EUR' },
    ])
  })

  t.test(`${engine}: a file that is no part of an extract is named and left alone`, async t => {
    const { file, run } = await world(t, engine)
    file('contacts.csv', ['contactid', guid(1)])
    file('leads.csv', ['leadid', guid(1)])
    t.same((await run({ create: true })).warnings, ['FILE_UNKNOWN'])
  })
}
