import { createHash } from 'node:crypto'
import t from 'tap'
import type { Database } from '../../src/database/database.ts'
import { createSalesTable } from '../../src/database/sales-tables.ts'
import { salesTable, salesTables } from '../../src/domain/sales.ts'
import { sql, type Sql } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import type { SeedOptions } from '../../src/seed/options.ts'
import { seed } from '../../src/seed/seed.ts'
import { engines, freshDatabase, type Teardown } from '../support/database.ts'

const count = async (db: Database, query: Sql) =>
  Number((await db.row<{ n: number }>(sql`SELECT count(*) AS n ${query}`))?.n)

/** All rows of all tables, as one hash: a long comparison row by row would tell no more. */
const contentOf = async (db: Database) => {
  const hash = createHash('sha256')
  for (const { name, key } of salesTables) {
    const query = sql`SELECT * FROM ${db.names.table(name)} ORDER BY ${db.names.column(key)}`
    for await (const chunk of db.stream(query)) hash.update(JSON.stringify(chunk))
  }
  return hash.digest('hex')
}

for (const engine of engines) {
  const seeded = async (t: Teardown, options: SeedOptions = {}) => {
    const db = await freshDatabase(t, engine)
    await finish(seed(db, options))
    return db
  }

  t.test(`${engine}: every kind of contact occurs in the default sample`, async t => {
    const db = await seeded(t)
    const { rules } = db
    const isActive = rules.isActive(db.names.column('contactid', 'c'))
    const isUnderAccount = rules.isCompanyAnAccount('c')
    const type = rules.companyType('c')
    const stated = sql`c.parentcustomeridtype`
    const parent = sql`c.parentcustomerid`
    const noAccount = sql`NOT EXISTS (SELECT 1 FROM account AS a WHERE ${rules.hasGuid('account', 'a', rules.guid(parent))})`
    const kinds = {
      'active under an account': sql`${isActive} AND ${isUnderAccount}`,
      'active, and not under an account': sql`${isActive} AND NOT ${isUnderAccount}`,
      'not active, under an account': sql`NOT ${isActive} AND ${isUnderAccount}`,
      'not active, company is a contact': sql`NOT ${isActive} AND ${type} = 'contact'`,
      'not active, no company': sql`NOT ${isActive} AND ${parent} IS NULL`,
      'account that is not there': sql`NOT ${isActive} AND ${isUnderAccount} AND ${noAccount}`,
      'no type, found among accounts': sql`${stated} IS NULL AND ${type} = 'account'`,
      'no type, found among contacts': sql`${stated} IS NULL AND ${type} = 'contact'`,
      'no type, found nowhere': sql`${parent} IS NOT NULL AND ${type} IS NULL`,
      // A column of GUIDs has one writing for each.
      ...(engine === 'sqlite' && {
        'company in upper case and braces': sql`${parent} LIKE '{%}'`,
      }),
      inactive: sql`c.statecode = 1`,
      'without createdon': sql`c.createdon IS NULL`,
      'first name like a formula': sql`c.firstname LIKE '=%'`,
      'quotes, comma and semicolon in a name': sql`c.firstname LIKE '%, "%";%'`,
      'line break in an address': sql`c.address1_line2 LIKE ${'%\r\n%'}`,
      'umlaut in a name': sql`c.lastname LIKE '%ü%'`,
      'no Latin letter in a name': sql`lower(c.lastname) = upper(c.lastname)`,
      'outer space': sql`c.firstname <> trim(c.firstname)`,
      'country that nobody knows': sql`c.address1_country = 'Atlantis'`,
      'no country': sql`c.address1_country IS NULL`,
    }
    for (const [kind, condition] of Object.entries(kinds))
      t.ok((await count(db, sql`FROM contact AS c WHERE ${condition}`)) > 0, kind)
  })

  t.test(`${engine}: every kind of document occurs in the default sample`, async t => {
    const db = await seeded(t)
    const documents = sql`FROM (SELECT customerid, customeridtype FROM quote UNION ALL SELECT customerid, customeridtype FROM salesorder UNION ALL SELECT customerid, customeridtype FROM invoice) AS d`
    const found = (table: string) =>
      sql`EXISTS (SELECT 1 FROM ${db.names.table(table)} AS p WHERE ${db.rules.hasGuid(table, 'p', db.rules.guid(sql`d.customerid`))})`
    const kinds = {
      'of an account': sql`d.customeridtype = 'account' AND ${found('account')}`,
      'of a contact': sql`d.customeridtype = 'contact' AND ${found('contact')}`,
      'of a contact, type missing': sql`d.customeridtype IS NULL AND ${found('contact')}`,
      'of nobody': sql`NOT ${found('contact')} AND NOT ${found('account')}`,
      ...(engine === 'sqlite' && {
        'in upper case': sql`d.customerid = upper(d.customerid) AND d.customerid NOT LIKE '{%'`,
        'in braces': sql`d.customerid LIKE '{%}'`,
      }),
    }
    for (const [kind, condition] of Object.entries(kinds))
      t.ok((await count(db, sql`${documents} WHERE ${condition}`)) > 0, kind)
    const several = sql`FROM (SELECT d.customerid ${documents} WHERE d.customeridtype = 'contact' GROUP BY d.customerid HAVING count(*) > 1) AS s`
    t.ok((await count(db, several)) > 0, 'several of one contact')
  })

  t.test(`${engine}: shares are exact, whatever the seed`, async t => {
    for (const options of [{ seed: 7 }, { seed: 2, active: 0.9 }, { seed: 3, active: 0.05 }]) {
      const db = await seeded(t, { ...options, contacts: 1_000, missingAccountNumbers: 0.25 })
      const isActive = db.rules.isActive(sql`c.contactid`)
      const active = Math.round(1_000 * (options.active ?? 0.4))
      t.equal(await count(db, sql`FROM contact AS c WHERE ${isActive}`), active)
      t.equal(await count(db, sql`FROM account`), 200)
      t.equal(await count(db, sql`FROM account WHERE accountnumber IS NULL`), 50)
      const numbers = await db.row<{ n: number }>(
        sql`SELECT count(DISTINCT accountnumber) AS n FROM account`,
      )
      t.equal(Number(numbers?.n), 150, 'account numbers are unique')
      const parents = async (type: Sql) => count(db, sql`FROM contact AS c WHERE ${type}`)
      // Active contacts and the others are dealt separately, each in hundreds.
      const under = await parents(db.rules.isCompanyAnAccount('c'))
      t.ok(Math.abs(under - 600) <= 40, `${under} of 600 under an account`)
    }
  })

  t.test(`${engine}: the same seed gives the same rows, another seed others`, async t => {
    const [one, same, other] = await Promise.all(
      [1, 1, 2].map(async number => contentOf(await seeded(t, { seed: number }))),
    )
    t.equal(one, same)
    t.not(one, other)
  })

  t.test(`${engine}: what was interrupted goes on, to the same rows`, async t => {
    const options = { contacts: 10_100 }
    const db = await freshDatabase(t, engine)
    let batches = 0
    for await (const event of seed(db, options))
      if (event.type === 'progress' && ++batches === 2) break
    t.equal(await count(db, sql`FROM contact`), 10_000, 'stopped in the midst of the contacts')
    await t.rejects(finish(seed(db, { ...options, seed: 2 })), { code: 'TABLES_NOT_EMPTY' })
    await finish(seed(db, options))
    t.equal(await contentOf(db), await contentOf(await seeded(t, options)))
    await t.rejects(finish(seed(db, options)), { code: 'TABLES_NOT_EMPTY' }, 'and then is done')
  })

  t.test(`${engine}: tables that hold rows are refused, and nothing is touched`, async t => {
    const db = await freshDatabase(t, engine)
    await db.script('CREATE TABLE contact (contactid text PRIMARY KEY, lastname text)')
    await t.rejects(finish(seed(db)), { code: 'COLUMN_MISSING', exit: 2 })
    await db.script('DROP TABLE contact')
    await db.script(createSalesTable(db, salesTable('invoice')))
    await db.change(sql`INSERT INTO invoice (invoiceid) VALUES (${'0'.repeat(32)})`)
    const before = await db.dialect.dumpSchema(db)
    await t.rejects(finish(seed(db)), { code: 'TABLES_NOT_EMPTY', exit: 2 })
    t.equal(await db.dialect.dumpSchema(db), before)
  })

  t.test(`${engine}: empty tables that are there are filled as they are`, async t => {
    const db = await seeded(t, { contacts: 0 })
    t.equal(await count(db, sql`FROM contact`), 0)
    await finish(seed(db, { contacts: 10 }))
    t.equal(await count(db, sql`FROM contact`), 10)
  })

  t.test(`${engine}: each oddity does what it says`, async t => {
    const odd = await seeded(t, {
      oddities: [
        'duplicate-account-numbers',
        'almost-duplicate-account-numbers',
        'half-numbered',
        'poison-rows',
      ],
    })
    const twice = (number: Sql) =>
      sql`FROM (SELECT 1 AS one FROM account WHERE accountnumber IS NOT NULL GROUP BY ${number} HAVING count(*) > 1) AS s`
    const exact = await count(odd, twice(sql`accountnumber`))
    t.ok(exact > 0, 'duplicates')
    t.equal((await count(odd, twice(sql`lower(trim(accountnumber))`))) - exact, 2, 'almost')
    const numbered = await count(
      odd,
      sql`FROM contact WHERE msdynce_contactnumber LIKE 'CON-_____-______'`,
    )
    t.ok(numbered > 55 && numbered < 70, `${numbered} numbered`)
    t.ok(
      (await count(odd, sql`FROM contact WHERE msdynce_contactnumber LIKE 'C___'`)) > 0,
      'malformed',
    )
    t.ok((await count(odd, sql`FROM contact WHERE lastname IS NULL AND firstname IS NULL`)) > 0)
    t.ok((await count(odd, sql`FROM contact WHERE length(telephone1) > 50`)) > 0)
    t.ok((await count(odd, sql`FROM account WHERE name IS NULL`)) > 0)

    const plain = await seeded(t)
    t.equal(await count(plain, twice(sql`lower(trim(accountnumber))`)), 0)
    t.equal(await count(plain, sql`FROM contact WHERE lastname IS NULL`), 0)
    const contact = await plain.dialect.describeTable(plain, 'contact')
    t.notOk(contact?.columns.some(column => column.name === 'msdynce_contactnumber'))
  })

  t.test(`${engine}: options that make no sense are refused before anything is made`, async t => {
    const db = await freshDatabase(t, engine)
    for (const options of [
      { contacts: -1 },
      { contacts: 1.5 },
      { seed: NaN },
      { active: 1.1 },
      { missingAccountNumbers: -0.1 },
      { oddities: ['green' as 'poison-rows'] },
    ])
      await t.rejects(finish(seed(db, options)), { code: 'SEED_INVALID', exit: 2 })
    t.equal(await db.dialect.describeTable(db, 'contact'), undefined)
  })
}
