import t from 'tap'
import type { Database } from '../../../src/database/database.ts'
import { notes } from '../../../src/database/notes-changes.ts'
import { liveSales, makeTables, makeTablesOfText } from '../../support/live.ts'
import type { Teardown } from '../../support/database.ts'
import { hasEnded, postgresProgram, type Program } from '../../support/postgres-program.ts'
import { guidOf } from '../../support/sales.ts'

const [anna, bert, cleo] = [1, 2, 3].map(n => guidOf('contact', n)) as [string, string, string]
const acme = guidOf('account', 10)
const [offer, second] = [1, 2].map(n => guidOf('quote', n)) as [string, string]

const wellFormed = /^CON-\d{5}-[BCDFGHJKLMNPQRSTVWXYZ]{6}$/

interface Contact {
  readonly number: string | null
  readonly active: boolean | null
  readonly company: boolean | null
}

async function contact(other: Program, id: string): Promise<Contact | undefined> {
  const [row] = await other.run<Contact & { id: string }>(
    'SELECT msdynce_contactnumber AS number, msdynce_isactivecustomer AS active, msdynce_iscompanyanaccount AS company FROM contact WHERE contactid = $1',
    id,
  )
  return row
}

const numberOf = async (other: Program, id: string) => (await contact(other, id))?.number ?? ''
const isActive = async (other: Program, id: string) => (await contact(other, id))?.active
const isUnderAccount = async (other: Program, id: string) => (await contact(other, id))?.company
const nextValue = async (other: Program, sequence = 'contact') =>
  Number(await other.one('SELECT next_value FROM p2c_number_sequence WHERE name = $1', sequence))

const kinds = { uuid: makeTables, text: makeTablesOfText }

async function served(
  t: Teardown,
  make: (db: Database) => Promise<void> = makeTables,
  settings?: object,
): Promise<{ db: Database; other: Program }> {
  const db = await liveSales(t, 'postgres', settings, make)
  return { db, other: await postgresProgram(t, db) }
}

for (const [kind, make] of Object.entries(kinds)) {
  t.test(`${kind} keys: a new contact has its number and both flags at once`, async t => {
    const { other } = await served(t, make)
    await other.run(`INSERT INTO contact (contactid, lastname) VALUES ('${anna}', 'Anna')`)
    t.match(await numberOf(other, anna), /^CON-01000-/)
    t.match(await numberOf(other, anna), wellFormed)
    t.match(await contact(other, anna), { active: false, company: false })
    await other.run(`INSERT INTO contact (contactid, parentcustomerid, parentcustomeridtype, msdynce_contactnumber)
      VALUES ('${bert}', '${acme}', 'account', ''), ('${cleo}', '${acme}', 'contact', NULL)`)
    t.match(await numberOf(other, bert), /^CON-01001-/, 'an empty text is no number')
    t.match(await numberOf(other, cleo), /^CON-01002-/)
    t.same([await isUnderAccount(other, bert), await isUnderAccount(other, cleo)], [true, false])
    t.equal(
      await other.one(`SELECT number FROM p2c_given_number WHERE row_key = '${cleo}'`),
      await numberOf(other, cleo),
      'and what was given is written down',
    )
  })

  t.test(`${kind} keys: an upsert changes no number and uses none up`, async t => {
    const { other } = await served(t, make)
    await other.run(`INSERT INTO contact (contactid) VALUES ('${anna}'), ('${bert}')`)
    const before = [await numberOf(other, anna), await numberOf(other, bert)]
    for (const lastname of ['Ada', 'Bea'])
      await other.run(`INSERT INTO contact (contactid, lastname) VALUES ('${anna}', '${lastname}'), ('${bert}', '${lastname}')
        ON CONFLICT (contactid) DO UPDATE SET lastname = excluded.lastname, msdynce_contactnumber = excluded.msdynce_contactnumber`)
    await other.run(`INSERT INTO contact (contactid) VALUES ('${anna}') ON CONFLICT DO NOTHING`)
    t.same([await numberOf(other, anna), await numberOf(other, bert)], before)
    await other.run(`INSERT INTO contact (contactid) VALUES ('${cleo}')`)
    t.match(await numberOf(other, cleo), /^CON-01002-/)
  })

  t.test(`${kind} keys: documents come, move, change their type and go`, async t => {
    const { other } = await served(t, make)
    await other.run(`INSERT INTO contact (contactid) VALUES ('${anna}'), ('${bert}')`)
    const [d1, d2] = [guidOf('invoice', 1), guidOf('invoice', 2)]
    for (const [table, key] of [
      ['quote', 'quoteid'],
      ['salesorder', 'salesorderid'],
      ['invoice', 'invoiceid'],
    ]) {
      const flags = async () => [await isActive(other, anna), await isActive(other, bert)]
      await other.run(
        `INSERT INTO ${table} (${key}, customerid, customeridtype) VALUES ('${d1}', '${anna}', 'contact'), ('${d2}', '${anna}', 'contact')`,
      )
      t.same(await flags(), [true, false], `${table} comes`)
      await other.run(`DELETE FROM ${table} WHERE ${key} = '${d1}'`)
      t.same(await flags(), [true, false], `one ${table} is left`)
      await other.run(`UPDATE ${table} SET customerid = '${bert}'`)
      t.same(await flags(), [false, true], `${table} moves`)
      await other.run(`UPDATE ${table} SET customeridtype = 'account'`)
      t.same(await flags(), [false, false], `${table} is an account's`)
      await other.run(`UPDATE ${table} SET customeridtype = '2'`)
      t.same(await flags(), [false, true], `${table} is a contact's, by its type code`)
      await other.run(`DELETE FROM ${table}`)
      t.same(await flags(), [false, false], `${table} goes`)
      await other.run(`INSERT INTO ${table} (${key}, customerid) VALUES ('${d1}', '${anna}')
        ON CONFLICT (${key}) DO UPDATE SET customerid = excluded.customerid`)
      await other.run(`INSERT INTO ${table} (${key}, customerid) VALUES ('${d1}', '${bert}')
        ON CONFLICT (${key}) DO UPDATE SET customerid = excluded.customerid`)
      t.same(await flags(), [false, true], `${table} is upserted`)
      await other.run(`TRUNCATE ${table}`)
      t.same(await flags(), [false, false], `all ${table} go`)
    }
  })

  t.test(`${kind} keys: a document may come before its contact`, async t => {
    const { other } = await served(t, make)
    await other.run(
      `INSERT INTO invoice (invoiceid, customerid, customeridtype) VALUES ('${offer}', '${anna.toUpperCase()}', '2')`,
    )
    await other.run(
      `INSERT INTO salesorder (salesorderid, customerid, customeridtype) VALUES ('${second}', '${bert}', 'account')`,
    )
    await other.run(`INSERT INTO contact (contactid) VALUES ('${anna}'), ('${bert}')`)
    t.same([await isActive(other, anna), await isActive(other, bert)], [true, false])
    await other.run(`UPDATE contact SET contactid = '${cleo}' WHERE contactid = '${anna}'`)
    t.equal(await isActive(other, cleo), false, 'and is not that of another key')
  })

  t.test(`${kind} keys: a company without a type is looked for`, async t => {
    const { other } = await served(t, make)
    await other.run(
      `INSERT INTO contact (contactid, parentcustomerid) VALUES ('${anna}', '${acme}'), ('${bert}', '${anna}')`,
    )
    t.equal(await isUnderAccount(other, anna), false, 'nobody knows it yet')
    await other.run(`INSERT INTO account (accountid) VALUES ('${acme.toUpperCase()}')`)
    t.same([await isUnderAccount(other, anna), await isUnderAccount(other, bert)], [true, false])
    await other.run(`UPDATE account SET accountid = '${guidOf('account', 11)}'`)
    t.equal(await isUnderAccount(other, anna), false)
    await other.run(`UPDATE contact SET parentcustomerid = '${guidOf('account', 11)}'`)
    t.equal(await isUnderAccount(other, anna), true)
    await other.run(`DELETE FROM account`)
    t.equal(await isUnderAccount(other, anna), false)
    await other.run(`UPDATE contact SET parentcustomeridtype = 'account'`)
    t.equal(await isUnderAccount(other, anna), true, 'a type that is said is believed')
  })
}

t.test('GUIDs match in any spelling, on either side', async t => {
  const id = 'abcdefab-cdef-4abc-8def-abcdefabcdef'
  const spellings = [id, id.toUpperCase(), `{${id}}`, `{${id.toUpperCase()}}`]
  const { other } = await served(t, makeTablesOfText)
  for (const stored of spellings) {
    await other.run(`INSERT INTO account (accountid) VALUES ('${stored}')`)
    await other.run(`INSERT INTO contact (contactid) VALUES ('${stored}')`)
    for (const meant of spellings) {
      await other.run(`INSERT INTO quote (quoteid, customerid) VALUES ('${offer}', '${meant}')`)
      t.equal(await isActive(other, stored), true, `${meant} is ${stored}`)
      await other.run(`DELETE FROM quote`)
      t.equal(await isActive(other, stored), false)
      await other.run(`UPDATE contact SET parentcustomerid = '${meant}'`)
      t.equal(await isUnderAccount(other, stored), true, `company ${meant} is ${stored}`)
      await other.run(`UPDATE contact SET parentcustomerid = NULL`)
      t.equal(await isUnderAccount(other, stored), false)
    }
    await other.run('DELETE FROM contact')
    await other.run('DELETE FROM account')
  }
  await other.run(`INSERT INTO quote (quoteid, customerid) VALUES ('q', 'no GUID at all')`)
  t.pass('and what is none is taken too')
})

t.test('an explicit number is kept, and the sequence goes past it, never back', async t => {
  const { other } = await served(t)
  const give = (id: string, number: string) =>
    other.run(
      `INSERT INTO contact (contactid, msdynce_contactnumber) VALUES ($1, $2) ON CONFLICT (contactid) DO UPDATE SET msdynce_contactnumber = excluded.msdynce_contactnumber`,
      id,
      number,
    )
  await give(anna, 'CON-01500-BVRCPS')
  t.equal(await numberOf(other, anna), 'CON-01500-BVRCPS')
  t.equal(await nextValue(other), 1501)
  await give(bert, 'CON-01200-BVRCPT')
  t.equal(await nextValue(other), 1501, 'never back')
  for (const stranger of [
    'K-99999',
    'CON-0009000-BVRCPS',
    'CON-9000X-BVRCPS',
    'con-09000-BVRCPS',
    'CON-1000000000-BVRCPS',
  ])
    await give(cleo, stranger)
  t.equal(await nextValue(other), 1501, 'numbers of another format do not count')
  await other.run(
    `UPDATE contact SET msdynce_contactnumber = 'CON-99000-BVRCPS' WHERE contactid = '${anna}'`,
  )
  t.equal(await nextValue(other), 99_001, 'a leap')
  await other.run(`INSERT INTO account (accountid, accountnumber) VALUES ('${acme}', NULL)`)
  await other.run(`UPDATE account SET accountnumber = 'ACC-03000-BVRCPS'`)
  t.equal(await nextValue(other, 'account'), 3_001)
})

t.test('the first number is behind those that rows had before', async t => {
  const { other } = await served(
    t,
    async db => {
      await makeTables(db)
      await db.script(`ALTER TABLE contact ADD COLUMN msdynce_contactnumber text;
        INSERT INTO contact (contactid, msdynce_contactnumber) VALUES ('${anna}', 'C1000'), ('${bert}', 'C1004'), ('${guidOf('contact', 8)}', 'K9999'), ('${guidOf('contact', 9)}', NULL);
        INSERT INTO account (accountid, accountnumber) VALUES ('${acme}', 'ACC-04711-BVRCPS')`)
    },
    { numbering: { contact: { format: 'C{SEQNUM:4}' } } },
  )
  await other.run(`INSERT INTO contact (contactid) VALUES ('${cleo}')`)
  t.equal(await numberOf(other, cleo), 'C1005')
  await other.run(`INSERT INTO account (accountid) VALUES ('${guidOf('account', 11)}')`)
  t.match(
    await other.one(`SELECT max(accountnumber) FROM account`),
    /^ACC-04712-/,
    'accounts have their own',
  )
})

t.test(
  'no number is left: the insert fails, with the reason, and nothing is half done',
  async t => {
    const { other } = await served(t)
    const insert = (id: string, number: string | null) =>
      other.run(
        'INSERT INTO contact (contactid, msdynce_contactnumber) VALUES ($1, $2)',
        id,
        number,
      )
    await insert(anna, 'CON-999999998-BVRCPS')
    await insert(bert, null)
    t.match(await numberOf(other, bert), /^CON-999999999-[A-Z]{6}$/)
    await t.rejects(insert(cleo, null), {
      message: /^NUMBERS_EXHAUSTED: .*CON-\{SEQNUM:5\}-\{RANDSTRING:6\}/,
    })
    t.equal(await contact(other, cleo), undefined)
    const last = await numberOf(other, bert)
    await other.run('DELETE FROM contact WHERE contactid = $1', bert)
    await insert(bert, null)
    t.equal(await numberOf(other, bert), last, 'one that comes again needs no other number')
    await insert(cleo, 'K-1')
    t.equal(await numberOf(other, cleo), 'K-1', 'a contact that brings its number is still taken')
  },
)

t.test(
  'a contact that comes again has the number it was given, unless somebody has it now',
  async t => {
    const { other } = await served(t, makeTablesOfText)
    await other.run(`INSERT INTO contact (contactid) VALUES ('${anna}')`)
    const given = await numberOf(other, anna)
    await other.run(`DELETE FROM contact`)
    await other.run(`INSERT INTO contact (contactid) VALUES ('{${anna.toUpperCase()}}')`)
    t.equal(await numberOf(other, `{${anna.toUpperCase()}}`), given, 'however its GUID is written')
    await other.run(`DELETE FROM contact`)
    await other.run(
      `INSERT INTO contact (contactid, msdynce_contactnumber) VALUES ('${bert}', '${given}')`,
    )
    await other.run(`INSERT INTO contact (contactid) VALUES ('${anna}')`)
    t.match(await numberOf(other, anna), /^CON-01001-/, 'the next one: none was left out')
    t.equal(
      await other.one(`SELECT number FROM p2c_given_number WHERE row_key = '${anna}'`),
      await numberOf(other, anna),
      'which is now the one it was given',
    )
  },
)

t.test(
  'of two programs that insert the same contact at once, the number that stands is written down',
  async t => {
    const { db, other } = await served(t)
    const another = await postgresProgram(t, db)
    await other.run('BEGIN')
    await other.run(`INSERT INTO contact (contactid) VALUES ('${anna}')`)
    const later = another.run(
      `INSERT INTO contact (contactid) VALUES ('${anna}') ON CONFLICT DO NOTHING`,
    )
    t.equal(await hasEnded(later), false, 'the second waits for the first')
    await other.run('COMMIT')
    await later
    t.match(await numberOf(other, anna), /^CON-01000-/)
    t.equal(
      await other.one(`SELECT number FROM p2c_given_number WHERE row_key = '${anna}'`),
      await numberOf(other, anna),
    )
  },
)

t.test(
  'programs that insert what is there already, in whatever order, do not wait for each other',
  async t => {
    const { db, other } = await served(t)
    const another = await postgresProgram(t, db)
    const rows = [`'${anna}', NULL`, `'${bert}', 'CON-01500-BVRCPS'`]
    const insert = (program: Program, row: string | undefined) =>
      program.run(
        `INSERT INTO contact (contactid, msdynce_contactnumber) VALUES (${row}) ON CONFLICT DO NOTHING`,
      )
    for (const row of rows) await insert(other, row)
    for (const program of [other, another]) {
      await program.run(`SET lock_timeout = '1s'`)
      await program.run('BEGIN')
    }
    for (const [program, row] of [
      [other, rows[0]],
      [another, rows[1]],
      [other, rows[1]],
      [another, rows[0]],
    ] as const)
      await insert(program, row)
    for (const program of [other, another]) await program.run('COMMIT')
    t.equal(await other.one('SELECT count(*) FROM contact'), '2')
  },
)

t.test('a row that is new is noted for the sync, whether it brings a number or not', async t => {
  const { db, other } = await served(t)
  await other.run('DELETE FROM p2c_changed_row')
  await other.run(
    `INSERT INTO contact (contactid, msdynce_contactnumber) VALUES ('${anna}', NULL), ('${bert}', 'K-1')`,
  )
  await other.run(`INSERT INTO account (accountid, accountnumber) VALUES ('${acme}', 'K-2')`)
  const noted = await db.rows<{ row_key: string }>(notes)
  t.same(noted.map(({ row_key }) => row_key).sort(), [anna, bert, acme].sort())
})

t.test('rows of a statement of many are served, whatever their order', async t => {
  const { other } = await served(t)
  await other.run(
    `INSERT INTO contact (contactid) SELECT gen_random_uuid() FROM generate_series(1, 5000)`,
  )
  await other.run(
    `INSERT INTO quote (quoteid, customerid) SELECT gen_random_uuid(), contactid FROM contact ORDER BY random() LIMIT 3000`,
  )
  const count = async () =>
    Number(await other.one('SELECT count(*) FROM contact WHERE msdynce_isactivecustomer'))
  t.equal(await count(), 3000)
  await other.run('UPDATE quote SET totalamount = 1')
  await other.run('DELETE FROM quote WHERE quoteid IN (SELECT quoteid FROM quote LIMIT 1000)')
  t.equal(await count(), 2000)
  t.equal(
    Number(await other.one('SELECT count(DISTINCT msdynce_contactnumber) FROM contact')),
    5000,
  )
  t.equal(await nextValue(other), 6000)
})

t.test('a program needs no right on what belongs to p2c', async t => {
  const { db, other } = await served(t)
  const role = `app_of_${db.config.schema}`
  await other.run(`CREATE ROLE ${role}`)
  t.teardown(async () => {
    await other.run(`DROP OWNED BY ${role}`)
    await other.run(`DROP ROLE ${role}`)
  })
  await other.run(`GRANT USAGE ON SCHEMA ${db.config.schema} TO ${role}`)
  await other.run(`GRANT SELECT, INSERT, UPDATE, DELETE ON contact, account, quote TO ${role}`)
  const app = await postgresProgram(t, db, role)
  await app.run(`INSERT INTO contact (contactid) VALUES ('${anna}')`)
  await app.run(`INSERT INTO quote (quoteid, customerid) VALUES ('${offer}', '${anna}')`)
  t.match(await contact(app, anna), { number: wellFormed, active: true })
  await t.rejects(app.run('SELECT * FROM p2c_given_number'), { code: '42501' })
})

t.test('configured names are used, whatever is in them', async t => {
  const { other } = await served(t, makeTables, {
    tables: {
      account: 'AccountBase',
      contact: 'Contact "Base"',
      quote: 'order',
      salesorder: 'SalesOrderBase',
      invoice: 'InvoiceBase',
    },
    columns: {
      accountNumber: 'Account Number',
      contactNumber: 'ContactNumber',
      isActiveCustomer: 'Active',
      isCompanyAnAccount: 'user',
    },
  })
  await other.run(
    `INSERT INTO "Contact ""Base""" (contactid, parentcustomerid) VALUES ('${anna}', '${acme}')`,
  )
  await other.run(`INSERT INTO "order" (quoteid, customerid) VALUES ('${offer}', '${anna}')`)
  await other.run(`INSERT INTO "AccountBase" (accountid) VALUES ('${acme}')`)
  const [row] = await other.run('SELECT "ContactNumber", "Active", "user" FROM "Contact ""Base"""')
  t.match(row, { ContactNumber: /^CON-01000-/, Active: true, user: true })
  t.match(await other.one('SELECT "Account Number" FROM "AccountBase"'), /^ACC-01000-/)
})

t.test('many-to-many tables count where they are asked for', async t => {
  const { other } = await served(
    t,
    async db => {
      await makeTables(db)
      for (const table of ['contactquote', 'contactorder', 'contactinvoice'])
        await db.script(`CREATE TABLE ${table}s (${table}id uuid PRIMARY KEY, contactid uuid)`)
    },
    { activity: { documents: ['invoice'], manyToMany: true } },
  )
  await other.run(`INSERT INTO contact (contactid) VALUES ('${anna}'), ('${bert}')`)
  for (const table of ['contactquote', 'contactorder', 'contactinvoice']) {
    const flags = async () => [await isActive(other, anna), await isActive(other, bert)]
    await other.run(`INSERT INTO ${table}s VALUES ('${offer}', '${anna}')`)
    t.same(await flags(), [true, false], table)
    await other.run(`UPDATE ${table}s SET contactid = '${bert}'`)
    t.same(await flags(), [false, true], table)
    await other.run(`DELETE FROM ${table}s`)
    t.same(await flags(), [false, false], table)
  }
  await other.run(`INSERT INTO quote (quoteid, customerid) VALUES ('${offer}', '${anna}')`)
  t.equal(await isActive(other, anna), false, 'a kind of document that was left out does not count')
})
