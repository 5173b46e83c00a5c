import type Driver from 'better-sqlite3'
import fc from 'fast-check'
import t from 'tap'
import type { Database } from '../../../src/database/database.ts'
import { field } from '../../../src/domain/names.ts'
import { sql } from '../../../src/domain/sql.ts'
import { highestOf, parseNumber, type NumberFormat } from '../../../src/numbering/format.ts'
import { formats } from '../../support/formats.ts'
import { liveSales, migrateTo, otherProgram, uniqueSince } from '../../support/live.ts'

const guid = (letter: string) => `${letter.repeat(8)}-0000-4000-8000-${letter.repeat(12)}`

/** Few GUIDs in several spellings, so that rows meet. */
const ids = fc
  .tuple(fc.constantFrom('a', 'b'), fc.constantFrom(0, 0, 0, 0, 0, 1, 2, 3))
  .map(([letter, spelling]) => {
    const id = guid(letter)
    return [id, id.toUpperCase(), `{${id}}`, `{${id.toUpperCase()}}`][spelling] ?? id
  })
const types = fc.constantFrom(
  'account',
  'contact',
  'contact',
  'Account',
  1,
  2,
  '2',
  'lead',
  null,
  null,
)
const maybeId = fc.option(ids, { freq: 4 })
const documents = fc.constantFrom(
  ['quote', 'quoteid'] as const,
  ['salesorder', 'salesorderid'] as const,
  ['invoice', 'invoiceid'] as const,
)
const documentKey = fc.constantFrom('d1', 'd2')
const verb = fc.constantFrom('INSERT', 'INSERT OR REPLACE', 'INSERT OR IGNORE', 'INSERT OR FAIL')
const number = fc.constantFrom(null, null, '', 'CON-01010-BVRCPS', 'CON-01003-BVRCPS', 'K-1')

type Value = string | number | null
type Statement = readonly [text: string, ...values: Value[]]

const statements: fc.Arbitrary<Statement> = fc.oneof(
  fc
    .tuple(verb, ids, maybeId, types, number)
    .map(([verb, ...values]): Statement => [
      `${verb} INTO contact (contactid, parentcustomerid, parentcustomeridtype, msdynce_contactnumber) VALUES (?, ?, ?, ?)`,
      ...values,
    ]),
  fc
    .tuple(ids, maybeId, ids, maybeId)
    .map((values): Statement => [
      'INSERT OR REPLACE INTO contact (contactid, parentcustomerid) VALUES (?, ?), (?, ?)',
      ...values,
    ]),
  fc.tuple(ids, maybeId, types).map((values): Statement => [
    `INSERT INTO contact (contactid, parentcustomerid, parentcustomeridtype) VALUES (?, ?, ?)
        ON CONFLICT (contactid) DO UPDATE SET parentcustomerid = excluded.parentcustomerid, parentcustomeridtype = excluded.parentcustomeridtype`,
    ...values,
  ]),
  fc
    .tuple(maybeId, types, ids)
    .map((values): Statement => [
      'UPDATE contact SET parentcustomerid = ?, parentcustomeridtype = ? WHERE contactid = ?',
      ...values,
    ]),
  fc
    .tuple(ids, ids)
    .map((values): Statement => [
      'UPDATE contact SET contactid = ? WHERE contactid = ?',
      ...values,
    ]),
  ids.map((id): Statement => ['DELETE FROM contact WHERE contactid = ?', id]),
  fc
    .tuple(verb, ids)
    .map(([verb, id]): Statement => [`${verb} INTO account (accountid) VALUES (?)`, id]),
  fc
    .tuple(ids, ids)
    .map((values): Statement => [
      'UPDATE account SET accountid = ? WHERE accountid = ?',
      ...values,
    ]),
  ids.map((id): Statement => ['DELETE FROM account WHERE accountid = ?', id]),
  fc
    .tuple(documents, verb, documentKey, maybeId, types)
    .map(([[table, key], verb, ...values]): Statement => [
      `${verb} INTO ${table} (${key}, customerid, customeridtype) VALUES (?, ?, ?)`,
      ...values,
    ]),
  fc.tuple(documents, documentKey, maybeId, types).map(([[table, key], ...values]): Statement => [
    `INSERT INTO ${table} (${key}, customerid, customeridtype) VALUES (?, ?, ?)
        ON CONFLICT (${key}) DO UPDATE SET customerid = excluded.customerid, customeridtype = excluded.customeridtype`,
    ...values,
  ]),
  fc
    .tuple(documents, maybeId, types, documentKey)
    .map(([[table, key], ...values]): Statement => [
      `UPDATE ${table} SET customerid = ?, customeridtype = ? WHERE ${key} = ?`,
      ...values,
    ]),
  fc
    .tuple(documents, documentKey)
    .map(([[table, key], id]): Statement => [`DELETE FROM ${table} WHERE ${key} = ?`, id]),
)

function run(other: Driver.Database, [text, ...values]: Statement): void {
  try {
    other.prepare(text).run(...values)
  } catch (error) {
    // Two rows with one key or number: the database refuses the statement, as it would any.
    if (!(error instanceof Error && error.message.includes('UNIQUE constraint failed'))) throw error
  }
}

/** Contacts whose flags are not what the rules say, or whose number is missing or double. */
async function wrong(db: Database): Promise<object[]> {
  const { names, rules } = db
  const active = rules.isActive(names.column('contactid', 'c'))
  const company = rules.isCompanyAnAccount('c')
  const number = names.column(field.contactNumber, 'c')
  return db.rows(
    sql`SELECT c.*, ${active} AS active, ${company} AS company FROM contact AS c
      WHERE ${names.column(field.isActiveCustomer, 'c')} IS NOT ${active}
      OR ${names.column(field.isCompanyAnAccount, 'c')} IS NOT ${company}
      OR ${rules.hasNoNumber(number)}
      OR (SELECT count(*) FROM contact AS o WHERE ${names.column(field.contactNumber, 'o')} = ${number}) > 1`,
  )
}

function numbers(other: Driver.Database): Map<string, string> {
  const rows = other
    .prepare<[], { id: string; number: string }>(
      'SELECT contactid AS id, msdynce_contactnumber AS number FROM contact',
    )
    .all()
  return new Map(rows.map(({ id, number }) => [id, number]))
}

/** Contacts that have another number although nobody gave them one. */
function renumbered(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  [text, ...values]: Statement,
): object[] {
  if (text.includes('SET contactid') || (text.includes(field.contactNumber) && values[3])) return []
  return [...after]
    .map(([id, number]) => ({ id, was: before.get(id), number }))
    .filter(({ was, number }) => was !== undefined && was !== number)
}

for (const recursiveTriggers of [false, true])
  t.test(
    `whatever other programs write, flags follow the rules and numbers are unique, recursive triggers ${recursiveTriggers ? 'on' : 'off'}`,
    async t => {
      const db = await liveSales(t, 'sqlite')
      await migrateTo(db, uniqueSince)
      const other = otherProgram(t, db, { recursiveTriggers })
      other.pragma('synchronous = OFF')
      other.pragma('journal_mode = MEMORY')
      const tables = [
        'contact',
        'account',
        'quote',
        'salesorder',
        'invoice',
        'p2c_given_number',
        'p2c_replaced',
      ]
      await fc.assert(
        fc.asyncProperty(
          fc.array(statements, { minLength: 1, maxLength: 40, size: 'max' }),
          async steps => {
            other.exec(tables.map(table => `DELETE FROM ${table};`).join(''))
            run(other, ['INSERT INTO contact (contactid) VALUES (?), (?)', guid('a'), guid('b')])
            for (const step of steps) {
              const before = numbers(other)
              run(other, step)
              const broken = [...(await wrong(db)), ...renumbered(before, numbers(other), step)]
              if (broken.length > 0)
                throw new Error(`${JSON.stringify(step)} left ${JSON.stringify(broken)}`)
            }
          },
        ),
        { numRuns: 40 },
      )
      t.pass('no sequence of statements breaks it')
    },
  )

t.test('the triggers make numbers of any format, from anywhere in its range', async t => {
  const db = await liveSales(t, 'sqlite')
  const other = otherProgram(t, db)
  const triggers = (format: NumberFormat) =>
    db.dialect
      .liveSchema(db, [
        { table: 'contact', column: field.contactNumber, sequence: 'contact', format },
      ])
      .filter(
        ({ name }) => name.startsWith('p2c_contact_number') || name === 'p2c_contact_remember',
      )
  const cases = formats.chain(format =>
    fc.record({ format: fc.constant(format), first: fc.nat(highestOf(format)) }),
  )
  fc.assert(
    fc.property(cases, ({ format, first }) => {
      for (const { create, drop } of triggers(format)) other.exec(`${drop}; ${create};`)
      other.exec('DELETE FROM contact; DELETE FROM p2c_given_number')
      other
        .prepare(`UPDATE p2c_number_sequence SET next_value = ? WHERE name = 'contact'`)
        .run(first)
      other.exec(`INSERT INTO contact (contactid) VALUES ('a')`)
      const made = numbers(other).get('a') ?? ''
      t.equal(parseNumber(format, made), first, `${format.text}: ${made}`)
      other
        .prepare('REPLACE INTO contact (contactid, msdynce_contactnumber) VALUES (?, ?)')
        .run('b', made)
      const next = other.prepare(
        `SELECT next_value FROM p2c_number_sequence WHERE name = 'contact'`,
      )
      t.equal(next.pluck().get(), first + 1, 'which does not push the sequence')
      other.exec(`UPDATE p2c_number_sequence SET next_value = 0 WHERE name = 'contact'`)
      other.prepare('UPDATE contact SET msdynce_contactnumber = ?').run(made)
      t.equal(next.pluck().get(), first + 1, 'but would, coming from elsewhere')
    }),
    { numRuns: 50 },
  )
})
