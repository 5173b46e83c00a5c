import fc from 'fast-check'
import t from 'tap'
import { sql } from '../../src/domain/sql.ts'
import { engines, freshDatabase } from '../support/database.ts'
import { guidOf, insertRows, makeSales } from '../support/sales.ts'

type Id = (spelling: number) => string

/** A GUID in one of the ways in which people write it. */
const spelled =
  (id: string): Id =>
  spelling =>
    [id, id.toUpperCase(), `{${id}}`, `{${id.toUpperCase()}}`][spelling] ?? id

const contacts = [1, 2, 3].map(n => spelled(guidOf('contact', n).replace('0000-4', 'abcd-4')))
const accounts = [1, 2].map(n => spelled(guidOf('account', n).replace('0000-4', 'abcd-4')))
const somebody = fc
  .tuple(fc.constantFrom(...contacts, ...accounts), fc.nat({ max: 3 }))
  .map(([id, spelling]) => id(spelling))
const type = fc.constantFrom(null, 'account', 'contact', '1', '2', 'lead')
const lookup = fc.tuple(fc.option(somebody), type)

for (const engine of engines) {
  t.test(`${engine}: asked for all rows at once, a rule says the same as row by row`, async t => {
    const db = await freshDatabase(t, engine)
    await makeSales(db)
    const spellings = fc.array(fc.nat({ max: 3 }), { minLength: 3, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(
        spellings,
        fc.array(lookup, { minLength: 3, maxLength: 3 }),
        fc.array(lookup, { maxLength: 4 }),
        async (spelling, parents, customers) => {
          await db.script('DELETE FROM contact; DELETE FROM account; DELETE FROM quote')
          await insertRows(
            db,
            'contact',
            parents.map(([parentcustomerid, parentcustomeridtype], n) => ({
              contactid: contacts[n]?.(spelling[n] ?? 0) ?? null,
              parentcustomerid,
              parentcustomeridtype,
            })),
          )
          await insertRows(db, 'account', [{ accountid: accounts[0]?.(spelling[0] ?? 0) ?? null }])
          await insertRows(
            db,
            'quote',
            customers.map(([customerid, customeridtype], n) => ({
              quoteid: guidOf('quote', n),
              customerid,
              customeridtype,
            })),
          )
          const { rules, names } = db
          const id = names.column('contactid', 'c')
          const rows = await db.rows(
            sql`SELECT ${rules.companyType('c')} AS type, ${rules.companyType('c', 'in the whole table')} AS type_at_once,
              ${rules.isActive(id)} AS active, ${rules.guid(id)} IN (${rules.activeIds()}) AS active_at_once
              FROM contact AS c`,
          )
          t.equal(rows.length, 3)
          for (const row of rows) {
            t.equal(row['type_at_once'], row['type'])
            t.equal(row['active_at_once'], row['active'])
          }
        },
      ),
      { numRuns: 60 },
    )
  })
}
