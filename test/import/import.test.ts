import { deepEqual, equal } from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { parse } from 'csv-parse/sync'
import t from 'tap'
import type { Database } from '../../src/database/database.ts'
import { tryLock } from '../../src/database/sqlite/lock.ts'
import { sql } from '../../src/domain/sql.ts'
import { finish, type RunEvent } from '../../src/events.ts'
import { importExtract } from '../../src/import/import.ts'
import { hasFindings, type ImportOptions } from '../../src/import/result.ts'
import { engines, freshDatabase, freshFolder, type Teardown } from '../support/database.ts'

const guid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

interface World {
  readonly db: Database
  readonly folder: string
  readonly rejects: string
  /** Writes a file of the extract. */
  file(name: string, lines: readonly string[]): void
  run(options?: Partial<ImportOptions>): Promise<Outcome>
  rejected(): Record<string, string>[]
}

interface Outcome {
  readonly result: Awaited<ReturnType<typeof resultOf>>
  readonly warnings: readonly string[]
}

const resultOf = async (db: Database, options: ImportOptions) => finish(importExtract(db, options))

async function world(t: Teardown, engine: 'sqlite', settings: object = {}): Promise<World> {
  const db = await freshDatabase(t, engine, settings)
  const folder = freshFolder(t)
  const rejects = join(folder, 'rejects.txt')
  return {
    db,
    folder,
    rejects,
    file: (name, lines) => {
      writeFileSync(join(folder, name), lines.join('\n'))
    },
    run: async options => {
      const warnings: string[] = []
      const work = importExtract(db, { from: folder, rejects, ...options })
      for (;;) {
        const next = await work.next()
        if (next.done) return { result: next.value, warnings }
        if (next.value.type === 'warning') warnings.push(next.value.code)
      }
    },
    rejected: () =>
      existsSync(rejects)
        ? parse(readFileSync(rejects), { columns: true, record_delimiter: '\r\n' })
        : [],
  }
}

const contactsOf = (db: Database) =>
  db.rows<{ contactid: string; lastname: string | null }>(
    sql`SELECT contactid, lastname FROM contact ORDER BY contactid`,
  )

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

  t.test(`${engine}: rows in are rows loaded and rows rejected, whatever the file`, async t => {
    const { db, file, run, rejected, rejects } = await world(t, engine, { batch: { rows: 3 } })
    file('contacts.csv', ['contactid'])
    await run({ create: true })
    const key = fc.oneof(
      fc.integer({ min: 1, max: 6 }).map(guid),
      fc.integer({ min: 1, max: 6 }).map(n => `{${guid(n).toUpperCase()}}`),
      fc.constantFrom('', 'x', '"'),
    )
    const name = fc.constantFrom('A', 'B', '', '"C"', '"D\nD"', 'E"', 'x'.repeat(60), 'F,F')
    const rows = fc.array(fc.tuple(key, name), { maxLength: 12 })
    await t.resolves(
      fc.assert(
        fc.asyncProperty(rows, async rows => {
          const text = rows.map(([key, name]) => `${key},${name}`)
          file('contacts.csv', ['contactid,lastname', ...text])
          writeFileSync(rejects, '')
          const { result } = await run()
          const [counts] = result.files
          if (!counts) throw new Error('no file')
          const loaded = counts.inserted + counts.updated + counts.unchanged
          equal(counts.rows, loaded + counts.rejected)
          equal(rejected().length, counts.rejected)
          const again = (await run()).result.files[0]
          deepEqual([again?.inserted, again?.updated, again?.unchanged], [0, 0, loaded])
          const stored = await db.row<{ n: number }>(sql`SELECT count(*) AS n FROM contact`)
          equal((stored?.n ?? 0) <= 6, true)
        }),
        { numRuns: 25 },
      ),
    )
  })

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
      t.match(found[0]?.['message'], /CHECK constraint failed/)
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
      CREATE TRIGGER i AFTER INSERT ON contact BEGIN INSERT INTO seen VALUES ('insert ' || NEW.lastname); END;
      CREATE TRIGGER u AFTER UPDATE ON contact BEGIN INSERT INTO seen VALUES ('update ' || NEW.lastname); END`)
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

  t.test(
    `${engine}: a dry run says what would happen and changes nothing, not one byte`,
    async t => {
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
      const path = db.identity.replace('sqlite:', '')
      const hash = () => createHash('sha256').update(readFileSync(path)).digest('hex')
      const before = hash()
      const dry = await run({ dryRun: true })
      const expected = { rows: 4, inserted: 1, updated: 1, unchanged: 1, rejected: 1 }
      t.match(dry.result.files, [expected])
      t.equal(hash(), before)
      t.equal(existsSync(rejects), true)
      t.match((await run()).result.files, [expected])
    },
  )

  t.test(`${engine}: rows that the extract does not have are deleted on demand only`, async t => {
    const { db, file, run } = await world(t, engine, { batch: { rows: 2 } })
    const some = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, i) => `${guid(from + i)},x`)
    file('contacts.csv', ['contactid,lastname', ...some(1, 9)])
    await run({ create: true })
    file('contacts.csv', ['contactid,lastname', ...some(3, 4)])
    t.match((await run()).result.files, [{ deleted: 0 }])
    t.match((await run({ deleteMissing: true, dryRun: true })).result.files, [{ deleted: 7 }])
    t.equal((await contactsOf(db)).length, 9)
    t.match((await run({ deleteMissing: true })).result.files, [{ deleted: 7, unchanged: 2 }])
    t.same(
      (await contactsOf(db)).map(row => row.contactid),
      [guid(3), guid(4)],
    )
  })

  t.test(`${engine}: nothing is deleted because of rejected rows or of an empty file`, async t => {
    const { db, file, run } = await world(t, engine)
    file('contacts.csv', ['contactid,lastname', `${guid(1)},A`, `${guid(2)},B`])
    await run({ create: true })
    file('contacts.csv', ['contactid,lastname', `${guid(1)},A`, `${guid(2)},"B`])
    t.same((await run({ deleteMissing: true })).warnings, ['DELETE_WITHHELD'])
    file('contacts.csv', ['contactid,lastname'])
    t.same((await run({ deleteMissing: true })).warnings, ['DELETE_WITHHELD'])
    t.equal((await contactsOf(db)).length, 2)
  })

  t.test(`${engine}: a row that the database does not let go is kept and told`, async t => {
    const { db, file, run } = await world(t, engine)
    file('contacts.csv', ['contactid,lastname', `${guid(1)},A`, `${guid(2)},B`, `${guid(3)},C`])
    await run({ create: true })
    await db.script(
      `CREATE TRIGGER keep BEFORE DELETE ON contact WHEN OLD.lastname = 'B' BEGIN SELECT RAISE(ABORT, 'B stays'); END`,
    )
    file('contacts.csv', ['contactid,lastname', `${guid(1)},A`])
    const { result, warnings } = await run({ deleteMissing: true })
    t.match(result.files, [{ deleted: 1, undeleted: 1 }])
    t.same(warnings, ['DELETE_REFUSED'])
    t.equal(hasFindings(result), true)
  })

  t.test(`${engine}: stopped at any event and run again, it ends in the same state`, async t => {
    const lines = Array.from({ length: 30 }, (_, i) => `${guid(i % 25)},n${i}`)
    const after: unknown[] = []
    const { db, file, run, folder, rejects } = await world(t, engine, { batch: { rows: 4 } })
    file('contacts.csv', ['contactid,lastname', ...lines])
    for (let stop = 0; ; stop++) {
      await db.script('DROP TABLE IF EXISTS contact')
      await db.script(`CREATE TABLE contact (contactid text PRIMARY KEY, lastname text)`)
      await db.script(`INSERT INTO contact VALUES ('${guid(3)}', 'old'), ('${guid(99)}', 'gone')`)
      const work = importExtract(db, { from: folder, rejects, deleteMissing: true })
      const seen: RunEvent[] = []
      let next = await work.next()
      while (!next.done && seen.length < stop) {
        seen.push(next.value)
        next = await work.next()
      }
      const isDone = next.done
      if (!isDone) await work.return(undefined as never)
      if (!isDone) await run({ deleteMissing: true })
      after.push(await contactsOf(db))
      t.match((await run()).result.files, [{ inserted: 0, updated: 0, unchanged: 25 }])
      if (isDone) break
    }
    t.ok(after.length > 8)
    for (const state of after) t.same(state, after.at(-1))
    const temporary = await db.row(sql`SELECT count(*) AS n FROM sqlite_temp_master`)
    t.match(temporary, { n: 0 })
  })

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

  t.test(`${engine}: only one run at a time`, async t => {
    const { db, file, run } = await world(t, engine)
    file('contacts.csv', ['contactid', guid(1)])
    const release = tryLock(db.identity.replace('sqlite:', ''))
    await t.rejects(run({ create: true }), { code: 'LOCKED', exit: 5 })
    await release?.()
    t.match((await run({ create: true })).result.files, [{ inserted: 1 }])
  })
}
