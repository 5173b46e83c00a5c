import t from 'tap'
import { sql } from '../../src/domain/sql.ts'
import { engines } from '../support/database.ts'
import { guid, worldOn } from '../support/extract.ts'
import { liveSales } from '../support/live.ts'

for (const engine of engines) {
  t.test(`${engine}: after the upgrade, rows of an extract get number and flags`, async t => {
    const { db, file, run } = worldOn(t, await liveSales(t, engine))
    file('accounts.csv', [
      'accountid,accountnumber,name',
      `${guid(1)},A-1,ACME`,
      `${guid(2)},,Other`,
    ])
    file('contacts.csv', [
      'contactid,lastname,parentcustomerid,parentcustomeridtype,msdynce_contactnumber',
      `${guid(3)},Customer,${guid(1)},account,`,
      `${guid(4)},Person,${guid(3)},contact,CON-00007-BVRCPS`,
    ])
    file('quotes.csv', ['quoteid,customerid,customeridtype', `${guid(5)},${guid(3)},contact`])
    t.match((await run()).result.files, [{ inserted: 2 }, { inserted: 2 }, { inserted: 1 }])
    t.match(await db.rows(sql`SELECT accountnumber FROM account ORDER BY accountid`), [
      { accountnumber: 'A-1' },
      { accountnumber: /^ACC-\d{5}-[A-Z]{6}$/ },
    ])
    const contacts = await db.rows(
      sql`SELECT msdynce_contactnumber, msdynce_isactivecustomer, msdynce_iscompanyanaccount FROM contact ORDER BY contactid`,
    )
    t.match(contacts, [
      {
        msdynce_contactnumber: /^CON-\d{5}-[A-Z]{6}$/,
        msdynce_isactivecustomer: 1,
        msdynce_iscompanyanaccount: 1,
      },
      {
        msdynce_contactnumber: 'CON-00007-BVRCPS',
        msdynce_isactivecustomer: 0,
        msdynce_iscompanyanaccount: 0,
      },
    ])

    const again = await run()
    t.match(again.result.files, [{ unchanged: 2 }, { unchanged: 2 }, { unchanged: 1 }])
    file('quotes.csv', ['quoteid,customerid,customeridtype', `${guid(6)},${guid(4)},contact`])
    t.match((await run({ deleteMissing: true })).result.files[2], { inserted: 1, deleted: 1 })
    t.match(await db.rows(sql`SELECT msdynce_isactivecustomer FROM contact ORDER BY contactid`), [
      { msdynce_isactivecustomer: 0 },
      { msdynce_isactivecustomer: 1 },
    ])
  })
}
