import type Driver from 'better-sqlite3'
import t from 'tap'
import { createSalesTable } from '../../../src/database/sales-tables.ts'
import { salesTables } from '../../../src/domain/sales.ts'
import { sql } from '../../../src/domain/sql.ts'
import { liveSales, makeTables, migrateTo, otherProgram, uniqueSince } from '../../support/live.ts'
import { guidOf } from '../../support/sales.ts'

const [anna, bert, cleo] = [1, 2, 3].map(n => guidOf('contact', n)) as [string, string, string]
const acme = guidOf('account', 10)
const [offer, second] = [1, 2].map(n => guidOf('quote', n)) as [string, string]

interface Contact {
  readonly number: string | null
  readonly active: number | null
  readonly company: number | null
}

function contact(other: Driver.Database, id: string): Contact | undefined {
  return other
    .prepare<[string], Contact>(
      'SELECT msdynce_contactnumber AS number, msdynce_isactivecustomer AS active, msdynce_iscompanyanaccount AS company FROM contact WHERE contactid = ?',
    )
    .get(id)
}

const numberOf = (other: Driver.Database, id: string) => contact(other, id)?.number ?? ''
const isActive = (other: Driver.Database, id: string) => contact(other, id)?.active
const isUnderAccount = (other: Driver.Database, id: string) => contact(other, id)?.company

function one(other: Driver.Database, query: string): unknown {
  return other.prepare(query).pluck().get()
}

const nextValue = (other: Driver.Database, sequence = 'contact') =>
  one(other, `SELECT next_value FROM p2c_number_sequence WHERE name = '${sequence}'`)
const remembered = (other: Driver.Database) => one(other, 'SELECT count(*) FROM p2c_replaced')

const wellFormed = /^CON-\d{5}-[BCDFGHJKLMNPQRSTVWXYZ]{6}$/

for (const recursiveTriggers of [false, true])
  for (const foreignKeys of [false, true]) {
    const habits = { recursiveTriggers, foreignKeys }
    const under = `recursive triggers ${recursiveTriggers ? 'on' : 'off'}, foreign keys ${foreignKeys ? 'on' : 'off'}`

    t.test(`${under}: a new contact has its number and both flags at once`, async t => {
      const other = otherProgram(t, await liveSales(t, 'sqlite'), habits)
      other.exec(`INSERT INTO contact (contactid, lastname) VALUES ('${anna}', 'Anna')`)
      t.match(numberOf(other, anna), /^CON-01000-/)
      t.match(numberOf(other, anna), wellFormed)
      t.match(contact(other, anna), { active: 0, company: 0 })
      other.exec(`INSERT INTO contact (contactid, parentcustomerid, parentcustomeridtype, msdynce_contactnumber)
        VALUES ('${bert}', '${acme}', 'account', ''), ('${cleo}', '${acme}', 'contact', NULL)`)
      t.match(numberOf(other, bert), /^CON-01001-/, 'an empty text is no number')
      t.match(numberOf(other, cleo), /^CON-01002-/)
      t.same([isUnderAccount(other, bert), isUnderAccount(other, cleo)], [1, 0])
      t.equal(
        one(other, `SELECT number FROM p2c_given_number WHERE row_key = '${cleo}'`),
        numberOf(other, cleo),
        'and what was given is written down',
      )
      t.equal(remembered(other), 0)
    })

    t.test(
      `${under}: INSERT OR REPLACE keeps the number, in statements of many rows too`,
      async t => {
        const other = otherProgram(t, await liveSales(t, 'sqlite'), habits)
        const rows = [anna, bert, cleo].map(id => `('${id}', 'first')`).join()
        other.exec(`INSERT INTO contact (contactid, lastname) VALUES ${rows}`)
        other.exec(`INSERT INTO quote (quoteid, customerid) VALUES ('${offer}', '${bert}')`)
        const before = [anna, bert, cleo].map(id => numberOf(other, id))
        other.exec(
          `INSERT OR REPLACE INTO contact (contactid, lastname) VALUES ${rows.replaceAll('first', 'second')}`,
        )
        other.exec(
          `REPLACE INTO contact (contactid, lastname, msdynce_contactnumber) VALUES ('${anna}', 'third', '')`,
        )
        t.same(
          [anna, bert, cleo].map(id => numberOf(other, id)),
          before,
        )
        t.same(
          [anna, bert, cleo].map(id => isActive(other, id)),
          [0, 1, 0],
        )
        t.equal(nextValue(other), 1003, 'no number is used up')
        t.equal(remembered(other), 0)
        other.exec(
          `REPLACE INTO contact (contactid, msdynce_contactnumber) VALUES ('${anna}', 'X-1')`,
        )
        t.equal(numberOf(other, anna), 'X-1', 'a number that is given wins')
      },
    )

    t.test(`${under}: an upsert and an insert that is ignored change no number`, async t => {
      const other = otherProgram(t, await liveSales(t, 'sqlite'), habits)
      other.exec(`INSERT INTO contact (contactid) VALUES ('${anna}'), ('${bert}')`)
      const before = [anna, bert].map(id => numberOf(other, id))
      for (const lastname of ['Ada', 'Bea'])
        other.exec(`INSERT INTO contact (contactid, lastname) VALUES ('${anna}', '${lastname}'), ('${bert}', '${lastname}')
          ON CONFLICT (contactid) DO UPDATE SET lastname = excluded.lastname`)
      other.exec(
        `INSERT OR IGNORE INTO contact (contactid, lastname) VALUES ('${anna}', 'Zoe'), ('${bert}', 'Zoe')`,
      )
      t.same(
        [anna, bert].map(id => numberOf(other, id)),
        before,
      )
      t.same(one(other, 'SELECT group_concat(DISTINCT lastname) FROM contact'), 'Bea')
      t.ok(Number(remembered(other)) <= 1, 'what is left behind does not add up')
      other.exec(`INSERT INTO contact (contactid) VALUES ('${cleo}')`)
      t.match(numberOf(other, cleo), /^CON-01002-/)
      t.equal(remembered(other), 0, 'and the next insert takes it away')
    })

    t.test(`${under}: a document that is replaced counts for its new customer only`, async t => {
      const other = otherProgram(t, await liveSales(t, 'sqlite'), habits)
      other.exec(`INSERT INTO contact (contactid) VALUES ('${anna}'), ('${bert}'), ('${cleo}')`)
      other.exec(
        `INSERT INTO quote (quoteid, customerid, customeridtype) VALUES ('${offer}', '${anna}', 'contact'), ('${second}', '${bert}', 'contact')`,
      )
      other.exec(
        `INSERT OR REPLACE INTO quote (quoteid, customerid, customeridtype) VALUES ('${offer}', '${bert}', 'contact'), ('${second}', '${cleo}', 'contact')`,
      )
      t.same(
        [anna, bert, cleo].map(id => isActive(other, id)),
        [0, 1, 1],
      )
      other.exec(
        `REPLACE INTO quote (quoteid, customerid, customeridtype) VALUES ('${offer}', '${bert}', 'account')`,
      )
      t.equal(isActive(other, bert), 0, 'the same GUID, but now of an account')
      other.exec(`REPLACE INTO quote (quoteid) VALUES ('${second}')`)
      t.equal(isActive(other, cleo), 0)
      t.equal(remembered(other), 0)
    })

    t.test(`${under}: documents come, move, change their type and go`, async t => {
      const other = otherProgram(t, await liveSales(t, 'sqlite'), habits)
      other.exec(`INSERT INTO contact (contactid) VALUES ('${anna}'), ('${bert}')`)
      for (const [table, key] of [
        ['quote', 'quoteid'],
        ['salesorder', 'salesorderid'],
        ['invoice', 'invoiceid'],
      ]) {
        const flags = () => [isActive(other, anna), isActive(other, bert)]
        other.exec(
          `INSERT INTO ${table} (${key}, customerid, customeridtype) VALUES ('d1', '${anna}', 'contact'), ('d2', '${anna}', 'contact')`,
        )
        t.same(flags(), [1, 0], `${table} comes`)
        other.exec(`DELETE FROM ${table} WHERE ${key} = 'd1'`)
        t.same(flags(), [1, 0], `one ${table} is left`)
        other.exec(`UPDATE ${table} SET customerid = '${bert}'`)
        t.same(flags(), [0, 1], `${table} moves`)
        other.exec(`UPDATE ${table} SET customeridtype = 'account'`)
        t.same(flags(), [0, 0], `${table} is an account's`)
        other.exec(`UPDATE ${table} SET customeridtype = 2`)
        t.same(flags(), [0, 1], `${table} is a contact's, by its type code`)
        other.exec(`DELETE FROM ${table}`)
        t.same(flags(), [0, 0], `${table} goes`)
      }
    })
  }

t.test('an explicit number is kept, and the sequence goes past it', async t => {
  const other = otherProgram(t, await liveSales(t, 'sqlite'))
  other.exec(
    `INSERT INTO contact (contactid, msdynce_contactnumber) VALUES ('${anna}', 'CON-01500-BVRCPS')`,
  )
  t.equal(numberOf(other, anna), 'CON-01500-BVRCPS')
  t.equal(nextValue(other), 1501)
  other.exec(
    `INSERT INTO contact (contactid, msdynce_contactnumber) VALUES ('${bert}', 'CON-01200-BVRCPT')`,
  )
  t.equal(nextValue(other), 1501, 'never back')
  for (const stranger of [
    'K-99999',
    'CON-0009000-BVRCPS',
    'CON-9000X-BVRCPS',
    'con-09000-BVRCPS',
    'CON-1000000000-BVRCPS',
  ])
    other.exec(
      `REPLACE INTO contact (contactid, msdynce_contactnumber) VALUES ('${cleo}', '${stranger}')`,
    )
  t.equal(nextValue(other), 1501, 'numbers of another format do not count')
})

t.test('a number that is set later is passed too, whatever the row had before', async t => {
  const other = otherProgram(t, await liveSales(t, 'sqlite'))
  other.exec(`INSERT INTO contact (contactid) VALUES ('${anna}'), ('${bert}')`)
  other.exec(
    `UPDATE contact SET msdynce_contactnumber = 'CON-01500-BVRCPS' WHERE contactid = '${anna}'`,
  )
  t.equal(nextValue(other), 1501)
  other.exec(`UPDATE contact SET msdynce_contactnumber = NULL WHERE contactid = '${bert}'`)
  other.exec(
    `UPDATE contact SET msdynce_contactnumber = 'CON-01600-BVRCPS' WHERE contactid = '${bert}'`,
  )
  t.equal(nextValue(other), 1601, 'a number that was taken away and set again')
  other.exec(
    `INSERT INTO account (accountid, accountnumber) VALUES ('${acme}', 'ACC-02000-BVRCPS')`,
  )
  t.equal(nextValue(other, 'account'), 2001)
  other.exec(`UPDATE account SET accountnumber = NULL`)
  other.exec(`UPDATE account SET accountnumber = 'ACC-03000-BVRCPS'`)
  t.equal(nextValue(other, 'account'), 3001)
})

t.test(
  'rows from before the fields are passed as soon as another program numbers them',
  async t => {
    const db = await liveSales(t, 'sqlite', undefined, async db => {
      await makeTables(db)
      await db.change(sql`INSERT INTO contact (contactid) VALUES (${anna})`)
    })
    const other = otherProgram(t, db)
    t.same(contact(other, anna), { number: null, active: null, company: null }, 'not served yet')
    other.exec(`UPDATE contact SET msdynce_contactnumber = 'CON-07000-BVRCPS'`)
    t.equal(nextValue(other), 7001)
  },
)

t.test('the first number is behind those that rows had before', async t => {
  const db = await liveSales(
    t,
    'sqlite',
    { numbering: { contact: { format: 'C{SEQNUM:4}' } } },
    async db => {
      await makeTables(db)
      await db.script('ALTER TABLE contact ADD COLUMN msdynce_contactnumber TEXT')
      await db.change(
        sql`INSERT INTO contact (contactid, msdynce_contactnumber) VALUES (${anna}, 'C1000'), (${bert}, 'C1004'), ('x', 'K9999'), ('y', NULL)`,
      )
      await db.change(
        sql`INSERT INTO account (accountid, accountnumber) VALUES (${acme}, 'ACC-04711-BVRCPS')`,
      )
    },
  )
  const other = otherProgram(t, db)
  other.exec(`INSERT INTO contact (contactid) VALUES ('${cleo}')`)
  t.equal(numberOf(other, cleo), 'C1005')
  other.exec(`INSERT INTO account (accountid) VALUES ('a')`)
  t.match(one(other, `SELECT accountnumber FROM account WHERE accountid = 'a'`), /^ACC-04712-/)
})

t.test(
  'no number is left: the insert fails, with the reason, and nothing is half done',
  async t => {
    const other = otherProgram(t, await liveSales(t, 'sqlite'))
    const insert = (id: string, number: string | null) =>
      other
        .prepare('INSERT OR IGNORE INTO contact (contactid, msdynce_contactnumber) VALUES (?, ?)')
        .run(id, number)
    insert(anna, 'CON-999999998-BVRCPS')
    insert(bert, null)
    t.match(numberOf(other, bert), /^CON-999999999-[A-Z]{6}$/)
    t.equal(numberOf(other, bert).length, 20)
    t.throws(() => insert(cleo, null), {
      message: /^NUMBERS_EXHAUSTED: .*CON-\{SEQNUM:5\}-\{RANDSTRING:6\}/,
    })
    t.equal(contact(other, cleo), undefined)
    t.equal(remembered(other), 0)
    insert(cleo, 'K-1')
    t.equal(numberOf(other, cleo), 'K-1', 'a contact that brings its number is still taken')
    other.exec(`REPLACE INTO contact (contactid) VALUES ('${anna}')`)
    t.equal(numberOf(other, anna), 'CON-999999998-BVRCPS', 'and one that has its number keeps it')
  },
)

t.test(
  'a contact that comes again has the number it was given, unless somebody has it now',
  async t => {
    const other = otherProgram(t, await liveSales(t, 'sqlite'))
    other.exec(`INSERT INTO contact (contactid) VALUES ('${anna}')`)
    const given = numberOf(other, anna)
    other.exec(`DELETE FROM contact; INSERT INTO contact (contactid) VALUES ('${anna}')`)
    t.equal(numberOf(other, anna), given)
    other.exec(
      `DELETE FROM contact; INSERT INTO contact (contactid) VALUES ('{${anna.toUpperCase()}}')`,
    )
    t.equal(numberOf(other, `{${anna.toUpperCase()}}`), given, 'however its GUID is written')
    other.exec(
      `DELETE FROM contact; INSERT INTO contact (contactid, msdynce_contactnumber) VALUES ('${bert}', '${given}')`,
    )
    other.exec(`INSERT OR IGNORE INTO contact (contactid) VALUES ('${anna}')`)
    t.match(numberOf(other, anna), /^CON-01001-/, 'another one')
    t.equal(
      one(other, `SELECT number FROM p2c_given_number WHERE row_key = '${anna}'`),
      numberOf(other, anna),
      'which is now the one it was given',
    )
    t.equal(remembered(other), 0)
  },
)

t.test('GUIDs match in any spelling, on either side', async t => {
  const spellings = (id: string) => [id, id.toUpperCase(), `{${id}}`, `{${id.toUpperCase()}}`]
  const id = 'abcdefab-cdef-4abc-8def-abcdefabcdef'
  for (const stored of spellings(id)) {
    const other = otherProgram(t, await liveSales(t, 'sqlite'))
    other.exec(`INSERT INTO account (accountid) VALUES ('${stored}')`)
    other.exec(`INSERT INTO contact (contactid) VALUES ('${stored}')`)
    for (const meant of spellings(id)) {
      other.exec(`INSERT INTO quote (quoteid, customerid) VALUES ('${offer}', '${meant}')`)
      t.equal(isActive(other, stored), 1, `${meant} is ${stored}`)
      other.exec(`DELETE FROM quote`)
      t.equal(isActive(other, stored), 0)
      other.exec(`UPDATE contact SET parentcustomerid = '${meant}'`)
      t.equal(isUnderAccount(other, stored), 1, `company ${meant} is ${stored}`)
      other.exec(`UPDATE contact SET parentcustomerid = NULL`)
      t.equal(isUnderAccount(other, stored), 0)
    }
  }
})

t.test('a document may come before its contact', async t => {
  const other = otherProgram(t, await liveSales(t, 'sqlite'))
  other.exec(
    `INSERT INTO invoice (invoiceid, customerid, customeridtype) VALUES ('i', '{${anna.toUpperCase()}}', 2)`,
  )
  other.exec(
    `INSERT INTO salesorder (salesorderid, customerid, customeridtype) VALUES ('o', '${bert}', 'account')`,
  )
  other.exec(`INSERT INTO contact (contactid) VALUES ('${anna}'), ('${bert}')`)
  t.same([isActive(other, anna), isActive(other, bert)], [1, 0])
})

t.test('the type of a company may be a word, a code, or missing', async t => {
  const other = otherProgram(t, await liveSales(t, 'sqlite'))
  const types = { account: 1, Account: 1, accounts: 1, '1': 1, contact: 0, contacts: 0, '2': 0 }
  for (const [type, under] of Object.entries(types)) {
    other
      .prepare(
        'REPLACE INTO contact (contactid, parentcustomerid, parentcustomeridtype) VALUES (?, ?, ?)',
      )
      .run(anna, acme, type)
    t.equal(isUnderAccount(other, anna), under, type)
  }
  other.exec(`UPDATE contact SET parentcustomeridtype = 1`)
  t.equal(isUnderAccount(other, anna), 1, 'an account by type, though no such account is there')
  other.exec(`UPDATE contact SET parentcustomeridtype = NULL`)
  t.equal(isUnderAccount(other, anna), 0, 'without a type it would have to be there')
  other.exec(`INSERT INTO account (accountid) VALUES ('${acme.toUpperCase()}')`)
  t.equal(isUnderAccount(other, anna), 1, 'it appears')
  other.exec(`UPDATE account SET accountid = 'elsewhere'`)
  t.equal(isUnderAccount(other, anna), 0, 'it gets another key')
  other.exec(`UPDATE account SET accountid = '${acme}'`)
  t.equal(isUnderAccount(other, anna), 1)
  other.exec(`INSERT OR REPLACE INTO account (accountid, name) VALUES ('${acme}', 'again')`)
  t.equal(isUnderAccount(other, anna), 1, 'it is replaced')
  other.exec(`UPDATE contact SET parentcustomeridtype = 'lead'`)
  t.equal(isUnderAccount(other, anna), 1, 'a type nobody knows is none')
  other.exec(`DELETE FROM account`)
  t.equal(isUnderAccount(other, anna), 0, 'it disappears')
  other.exec(`UPDATE contact SET parentcustomeridtype = 'account'`)
  t.equal(isUnderAccount(other, anna), 1)
  other.exec(`UPDATE contact SET parentcustomerid = NULL`)
  t.equal(isUnderAccount(other, anna), 0, 'no company')
})

t.test('a contact that gets another key has the documents of that key', async t => {
  const other = otherProgram(t, await liveSales(t, 'sqlite'))
  other.exec(`INSERT INTO contact (contactid) VALUES ('${anna}')`)
  other.exec(`INSERT INTO quote (quoteid, customerid) VALUES ('${offer}', '${bert}')`)
  other.exec(`UPDATE contact SET contactid = '${bert}'`)
  t.equal(isActive(other, bert), 1)
})

t.test('documents that a foreign key deletes are gone for the flag too', async t => {
  const db = await liveSales(t, 'sqlite', undefined, async db => {
    for (const table of salesTables)
      if (table.name !== 'quote') await db.script(createSalesTable(db, table))
    await db.script(`CREATE TABLE opportunity (opportunityid TEXT PRIMARY KEY);
      CREATE TABLE quote (quoteid TEXT PRIMARY KEY, customerid TEXT, customeridtype TEXT, opportunityid TEXT REFERENCES opportunity ON DELETE CASCADE)`)
  })
  const other = otherProgram(t, db, { foreignKeys: true })
  other.exec(`INSERT INTO contact (contactid) VALUES ('${anna}');
    INSERT INTO opportunity VALUES ('p'); INSERT INTO quote VALUES ('${offer}', '${anna}', 'contact', 'p')`)
  t.equal(isActive(other, anna), 1)
  other.exec('DELETE FROM opportunity')
  t.equal(isActive(other, anna), 0)
})

t.test('configured names are used, and a table without rowid is served', async t => {
  const settings = {
    tables: {
      account: 'AccountBase',
      contact: 'Contact "Base"',
      quote: 'QuoteBase',
      salesorder: 'SalesOrderBase',
      invoice: 'InvoiceBase',
    },
    columns: {
      accountNumber: 'Account Number',
      contactNumber: 'ContactNumber',
      isActiveCustomer: 'Active',
      isCompanyAnAccount: 'Under',
    },
  }
  const db = await liveSales(t, 'sqlite', settings, async db => {
    for (const table of salesTables)
      await db.script(
        createSalesTable(db, table) + (table.name === 'contact' ? ' WITHOUT ROWID' : ''),
      )
  })
  const other = otherProgram(t, db)
  other.exec(
    `INSERT INTO "Contact ""Base""" (contactid, parentcustomerid) VALUES ('${anna}', '${acme}')`,
  )
  other.exec(`INSERT INTO QuoteBase (quoteid, customerid) VALUES ('${offer}', '${anna}')`)
  other.exec(`INSERT INTO AccountBase (accountid) VALUES ('${acme}')`)
  other.exec(
    `REPLACE INTO "Contact ""Base""" (contactid, parentcustomerid) VALUES ('${anna}', '${acme}')`,
  )
  const row = other.prepare('SELECT ContactNumber, Active, Under FROM "Contact ""Base"""').get()
  t.match(row, { ContactNumber: /^CON-01000-/, Active: 1, Under: 1 })
  t.match(one(other, 'SELECT "Account Number" FROM AccountBase'), /^ACC-01000-/)
})

t.test('a key that compares without case is the same contact to the triggers', async t => {
  const db = await liveSales(t, 'sqlite', undefined, async db => {
    for (const table of salesTables)
      await db.script(
        createSalesTable(db, table).replace(
          'NOT NULL PRIMARY KEY',
          'NOT NULL PRIMARY KEY COLLATE NOCASE',
        ),
      )
  })
  const other = otherProgram(t, db)
  other.exec(`INSERT INTO contact (contactid) VALUES ('abc')`)
  const number = numberOf(other, 'abc')
  other.exec(`INSERT OR REPLACE INTO contact (contactid) VALUES ('ABC')`)
  t.equal(numberOf(other, 'ABC'), number)
  t.equal(remembered(other), 0)
})

t.test('many-to-many tables count where they are asked for', async t => {
  const db = await liveSales(
    t,
    'sqlite',
    { activity: { documents: ['invoice'], manyToMany: true } },
    async db => {
      await makeTables(db)
      for (const [table, document] of [
        ['contactquotes', 'quote'],
        ['contactorders', 'salesorder'],
        ['contactinvoices', 'invoice'],
      ])
        await db.script(
          `CREATE TABLE ${table} (${table?.slice(0, -1)}id TEXT PRIMARY KEY, contactid TEXT, ${document}id TEXT)`,
        )
    },
  )
  const other = otherProgram(t, db)
  other.exec(`INSERT INTO contact (contactid) VALUES ('${anna}'), ('${bert}')`)
  for (const table of ['contactquotes', 'contactorders', 'contactinvoices']) {
    const key = `${table.slice(0, -1)}id`
    other.exec(`INSERT INTO ${table} (${key}, contactid) VALUES ('m', '${anna.toUpperCase()}')`)
    t.same([isActive(other, anna), isActive(other, bert)], [1, 0], table)
    other.exec(`REPLACE INTO ${table} (${key}, contactid) VALUES ('m', '${bert}')`)
    t.same([isActive(other, anna), isActive(other, bert)], [0, 1], table)
    other.exec(`DELETE FROM ${table}`)
    t.same([isActive(other, anna), isActive(other, bert)], [0, 0], table)
  }
  other.exec(`INSERT INTO quote (quoteid, customerid) VALUES ('${offer}', '${anna}')`)
  t.equal(isActive(other, anna), 0, 'a kind of document that was left out does not count')
})

/** The steps of all triggers' statements that read a whole table. */
function scans(other: Driver.Database): string[] {
  const triggers = other
    .prepare<[], { name: string; sql: string }>(
      `SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'p2c\\_%' ESCAPE '\\'`,
    )
    .all()
  return triggers.flatMap(({ name, sql: text }) => {
    const body = /\nBEGIN\n(.*)\nEND$/s.exec(text)?.[1] ?? ''
    const statements = body.split(/;\n?/).filter(part => part.trim() !== '')
    return statements
      .filter(part => !part.includes('RAISE'))
      .flatMap(statement => {
        // The row that fired the trigger is a value, of which the planner knows nothing.
        const alone = statement.replace(/"?(?:NEW|OLD)"?\."[^"]+"/g, '?')
        const values = Array.from({ length: alone.split('?').length - 1 }, () => 'x')
        return other
          .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${alone}`)
          .all(...values)
          .filter(({ detail }) => detail.startsWith('SCAN'))
          .map(({ detail }) => `${name}: ${detail}`)
      })
  })
}

t.test('no trigger reads a whole table, however large it is', async t => {
  const db = await liveSales(t, 'sqlite')
  await migrateTo(db, uniqueSince)
  const other = otherProgram(t, db)
  t.same(scans(other), [])
  other.exec('DROP INDEX p2c_invoice_customer')
  t.match(scans(other), [/SCAN d/], 'without an index it would')
})

t.test('nor do those of the many-to-many tables', async t => {
  const settings = { activity: { manyToMany: true } }
  const db = await liveSales(t, 'sqlite', settings, async db => {
    await makeTables(db)
    for (const table of ['contactquote', 'contactorder', 'contactinvoice'])
      await db.script(`CREATE TABLE ${table}s (${table}id TEXT PRIMARY KEY, contactid TEXT)`)
  })
  await migrateTo(db, uniqueSince)
  t.same(scans(otherProgram(t, db)), [])
})
