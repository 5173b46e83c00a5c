import t from 'tap'
import { lastingTruths } from '../../src/audit/truths.ts'
import type { Database } from '../../src/database/database.ts'
import { makeOwnTables } from '../../src/database/own-tables.ts'
import { field } from '../../src/domain/names.ts'
import { sql } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import { violationsOf } from '../../src/invariant.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { engines, freshDatabase, type Engine } from '../support/database.ts'
import { guidOf, insertRows, makeSales } from '../support/sales.ts'
import { loadWorld } from '../support/worlds.ts'

/** Two accounts and two contacts as the upgrade leaves them, without triggers to mend what a test breaks. */
async function upgraded(t: { teardown(work: () => unknown): void }, engine: Engine) {
  const db = await freshDatabase(t, engine)
  await makeSales(db)
  await makeOwnTables(db)
  const account = (n: number) => ({
    accountid: guidOf('account', n),
    name: `Company ${n}`,
    accountnumber: `ACC-0100${n}-BVRCPS`,
  })
  const contact = (n: number, active: boolean, company: boolean) => ({
    contactid: guidOf('contact', n),
    [field.contactNumber]: `CON-0100${n}-BVRCPS`,
    [field.isActiveCustomer]: active,
    [field.isCompanyAnAccount]: company,
    parentcustomerid: company ? guidOf('account', 1).toUpperCase() : null,
  })
  await insertRows(db, 'account', [account(1), account(2)])
  await insertRows(db, 'contact', [contact(1, true, false), contact(2, false, true)])
  await insertRows(db, 'quote', [
    {
      quoteid: guidOf('quote', 1),
      customerid: guidOf('contact', 1).toUpperCase(),
      customeridtype: '2',
    },
  ])
  for (const name of ['account', 'contact'] as const)
    for (const statement of db.dialect.sequences.make(name, '', 1003)) await db.script(statement)
  return db
}

/** Does some work, and takes it back. */
async function undone(db: Database, work: () => Promise<void>): Promise<void> {
  const nothingIsKept = new Error('nothing is kept')
  await db
    .transaction(async () => {
      await work()
      throw nothingIsKept
    })
    .catch((error: unknown) => {
      if (error !== nothingIsKept) throw error
    })
}

/** Sets a sequence back to a number that a row has. */
function giveAgain(engine: Engine, name: 'account' | 'contact'): string {
  return engine === 'sqlite'
    ? `UPDATE p2c_number_sequence SET next_value = 1002 WHERE name = '${name}'`
    : `ALTER SEQUENCE p2c_${name}_sequence RESTART WITH 1002`
}

async function broken(db: Database): Promise<Record<string, number>> {
  const violations = await violationsOf(db, lastingTruths(db))
  return Object.fromEntries(violations.map(({ name, count }) => [name, count]))
}

/** Which statement leads to which violation; GUIDs may be of a type that has no LIKE. */
const breaks = (engine: Engine): [name: string, statement: string][] => [
  [
    'contacts without a number',
    `UPDATE contact SET msdynce_contactnumber = '' WHERE CAST(contactid AS text) LIKE '%2'`,
  ],
  [
    'accounts without a number',
    `UPDATE account SET accountnumber = NULL WHERE CAST(accountid AS text) LIKE '%2'`,
  ],
  [
    'contacts with the number of another contact',
    `UPDATE contact SET msdynce_contactnumber = 'CON-01001-BVRCPS'`,
  ],
  [
    'accounts with the number of another account, which the sync did not reject',
    `UPDATE account SET accountnumber = 'ACC-01001-BVRCPS'`,
  ],
  [
    'contacts with the number of an account',
    `UPDATE account SET accountnumber = 'CON-01001-BVRCPS' WHERE CAST(accountid AS text) LIKE '%1'`,
  ],
  [
    'contact numbers that Finance cannot hold',
    `UPDATE contact SET msdynce_contactnumber = 'a number of 21 chars.' WHERE CAST(contactid AS text) LIKE '%1'`,
  ],
  [
    'account numbers that Finance cannot hold',
    `UPDATE account SET accountnumber = 'a number of 21 chars.' WHERE CAST(accountid AS text) LIKE '%1'`,
  ],
  ['contacts whose flag Is Active Customer does not agree with the documents', `DELETE FROM quote`],
  [
    'contacts whose flag Is Active Customer does not agree with the documents',
    `UPDATE contact SET msdynce_isactivecustomer = true WHERE CAST(contactid AS text) LIKE '%2'`,
  ],
  [
    'contacts whose flag Is Active Customer does not agree with the documents',
    `UPDATE contact SET msdynce_isactivecustomer = NULL WHERE CAST(contactid AS text) LIKE '%2'`,
  ],
  [
    'contacts whose flag IsCompanyAnAccount does not agree with the company',
    `DELETE FROM account WHERE CAST(accountid AS text) LIKE '%1'`,
  ],
  [
    'contacts whose flag IsCompanyAnAccount does not agree with the company',
    `UPDATE contact SET parentcustomeridtype = 'contact' WHERE CAST(contactid AS text) LIKE '%2'`,
  ],
  ['contact numbers that the sequence would give once more', giveAgain(engine, 'contact')],
  ['account numbers that the sequence would give once more', giveAgain(engine, 'account')],
]

for (const engine of engines) {
  t.test(`${engine}: a database as the upgrade leaves it breaks no truth`, async t => {
    t.same(await broken(await upgraded(t, engine)), {})
  })

  t.test(`${engine}: no world breaks a truth after its upgrade`, async t => {
    for (const world of ['one-of-each-kind', 'half-numbered', 'odd-text'] as const) {
      const db = await freshDatabase(t, engine)
      await loadWorld(db, world)
      await finish(migrate(db))
      t.same(await broken(db), {}, world)
    }
  })

  t.test(`${engine}: what breaks a truth is named, and how many rows there are`, async t => {
    const db = await upgraded(t, engine)
    for (const [name, statement] of breaks(engine))
      await undone(db, async () => {
        await db.script(statement)
        const expected = name.includes('another') ? 2 : 1
        t.same(await broken(db), { [name]: expected }, statement)
      })
    t.same(await broken(db), {})
  })

  t.test(`${engine}: what was rejected and recorded is no violation`, async t => {
    const db = await upgraded(t, engine)
    await db.script(`UPDATE account SET accountnumber = 'ACC-01001-BVRCPS'`)
    await db.script(
      `UPDATE contact SET msdynce_contactnumber = NULL, msdynce_isactivecustomer = NULL`,
    )
    t.equal(Object.keys(await broken(db)).length, 3)
    for (const n of [1, 2]) {
      await db.change(
        sql`INSERT INTO p2c_sync_reject (task, leg, source_id, key, code, message, execution_id, rejected_on)
          VALUES ('Accounts - Account - Customers', 'source-cds', ${guidOf('account', n)}, 'ACC-01001-BVRCPS', 'ACCOUNT_NUMBER_DUPLICATE', '', 1, '')`,
      )
      await db.change(
        sql`INSERT INTO p2c_reject (run_id, migration, table_name, row_key, code, message, rejected_on)
          VALUES ('run', 'migration', 'contact', ${guidOf('contact', n)}, 'DATABASE_REFUSED', '', '')`,
      )
    }
    t.same(await broken(db), {})
  })
}
