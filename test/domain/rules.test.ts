import t from 'tap'
import type { Database } from '../../src/database/database.ts'
import { activitySources } from '../../src/domain/rules.ts'
import { sql, type Sql } from '../../src/domain/sql.ts'
import { engines, freshDatabase } from '../support/database.ts'
import { insertRows, makeSales, salesTableOfText } from '../support/sales.ts'

const id = 'abcdefab-cdef-4abc-8def-abcdefabcdef'
const spellings = [
  id,
  id.toUpperCase(),
  `{${id}}`,
  `{${id.toUpperCase()}}`,
  'ABCDEFAB-cdef-4abc-8DEF-abcdefabcdef',
]

async function value(db: Database, expression: Sql): Promise<unknown> {
  return (await db.row<{ it: unknown }>(sql`SELECT ${expression} AS it`))?.it
}

for (const engine of engines) {
  t.test(`${engine}: GUIDs compare without case and braces`, async t => {
    const db = await freshDatabase(t, engine)
    for (const spelling of spellings) t.equal(await value(db, db.rules.guid(sql`${spelling}`)), id)
    t.equal(await value(db, db.rules.guid(sql`NULL`)), null)
  })

  t.test(`${engine}: the type of a customer is a word, its plural or its code`, async t => {
    const db = await freshDatabase(t, engine)
    const types = {
      account: ['account', 'Account', 'ACCOUNTS', '1', 1],
      contact: ['contact', 'Contacts', '2', 2],
      null: ['lead', '', '3', 0, null],
    }
    for (const [type, written] of Object.entries(types))
      for (const one of written)
        t.equal(
          String(await value(db, db.rules.customerType(sql`${one}`))),
          type,
          `${JSON.stringify(one)} is ${type}`,
        )
  })

  t.test(`${engine}: one row for all: by index, in the whole table and in a set agree`, async t => {
    const db = await freshDatabase(t, engine)
    await makeSales(db, {}, salesTableOfText)
    const { rules, names } = db
    await insertRows(db, 'account', [{ accountid: `{${id.toUpperCase()}}` }])
    await insertRows(
      db,
      'contact',
      spellings.flatMap((parent, i) =>
        [null, 'account', 'contact', 'lead', 1].map((type, j) => ({
          contactid: `c${i}${j}`,
          parentcustomerid: parent,
          parentcustomeridtype: type,
        })),
      ),
    )
    await insertRows(db, 'contact', [
      { contactid: 'none' },
      { contactid: 'typed only', parentcustomeridtype: 'account' },
      { contactid: 'stranger', parentcustomerid: 'nobody' },
      { contactid: 'under contact', parentcustomerid: 'NONE' },
    ])
    const rows = await db.rows<{
      id: string
      indexed: string | null
      whole: string | null
      flag: unknown
    }>(
      sql`SELECT c.contactid AS id, ${rules.companyType('c')} AS indexed, ${rules.companyType('c', 'in the whole table')} AS whole, ${rules.isCompanyAnAccount('c')} AS flag FROM ${names.table('contact')} AS c`,
    )
    t.equal(rows.length, 29)
    for (const row of rows) {
      const [stated] = /\d$/.exec(row.id) ?? []
      const expected =
        stated === '2'
          ? 'contact'
          : stated
            ? 'account'
            : row.id === 'under contact'
              ? 'contact'
              : null
      t.same([row.indexed, row.whole], [expected, expected], row.id)
      t.equal(db.dialect.readFlag(row.flag), expected === 'account', row.id)
    }
    for (const is of [
      ...spellings.map(spelling => rules.guid(sql`${spelling}`)),
      sql`'nobody'`,
      sql`NULL`,
    ]) {
      const found = await value(db, rules.isAmong('account', is))
      const hit = await db.row(
        sql`SELECT 1 FROM account AS a WHERE ${rules.hasGuid('account', 'a', is)}`,
      )
      t.equal(db.dialect.readFlag(found), hit !== undefined)
    }
  })

  t.test(
    `${engine}: a document counts for the contact that is its customer, in any state`,
    async t => {
      const db = await freshDatabase(t, engine)
      await makeSales(db, {}, salesTableOfText)
      const { rules } = db
      await insertRows(db, 'contact', [{ contactid: id }, { contactid: 'other' }])
      const active = async () => [
        db.dialect.readFlag(await value(db, rules.isActive(sql`${id}`))),
        (await db.rows(sql`SELECT 1 FROM (${rules.activeIds()}) AS a WHERE a.id = ${id}`)).length >
          0,
      ]
      t.same(await active(), [false, false])
      // One transaction: a flush for each row would take most of the time.
      await db.transaction(async () => {
        for (const [table, key] of [
          ['quote', 'quoteid'],
          ['salesorder', 'salesorderid'],
          ['invoice', 'invoiceid'],
        ] as const)
          for (const [type, counts] of [
            ['contact', true],
            [null, true],
            ['2', true],
            ['lead', true],
            ['account', false],
            ['1', false],
          ] as const)
            for (const customerid of spellings) {
              await insertRows(db, table, [
                { [key]: 'd', customerid, customeridtype: type, statecode: 3 },
              ])
              t.same(await active(), [counts, counts], `${table} of ${customerid}, ${String(type)}`)
              await db.change(sql`DELETE FROM ${db.names.table(table)}`)
            }
      })
      await insertRows(db, 'quote', [
        { quoteid: 'q1', customerid: id },
        { quoteid: 'q2', customerid: id.toUpperCase() },
        { quoteid: 'q3' },
      ])
      const [quotes, orders] = rules.sources
      if (!quotes || !orders) throw new Error('no sources')
      t.equal(
        Number(await value(db, sql`(SELECT count(*) ${rules.documentsOf(quotes, sql`${id}`)})`)),
        2,
      )
      t.equal(
        Number(await value(db, sql`(SELECT count(*) ${rules.documentsOf(orders, sql`${id}`)})`)),
        0,
      )
    },
  )

  t.test(`${engine}: no number is NULL or the empty text, and nothing else`, async t => {
    const db = await freshDatabase(t, engine)
    const none = async (number: string | null) =>
      db.dialect.readFlag(await value(db, db.rules.hasNoNumber(sql`CAST(${number} AS text)`)))
    t.same(await Promise.all([null, '', ' ', 'null', '0'].map(none)), [
      true,
      true,
      false,
      false,
      false,
    ])
  })
}

t.test('what counts as activity is a setting', t => {
  const tables = (documents: ('quote' | 'salesorder' | 'invoice')[], manyToMany: boolean) =>
    activitySources({ activity: { documents, manyToMany } }).map(source => source.table)
  t.same(tables(['invoice', 'quote'], false), ['invoice', 'quote'])
  t.same(tables(['quote'], true), ['quote', 'contactquotes', 'contactorders', 'contactinvoices'])
  t.end()
})
