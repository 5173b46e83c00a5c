import t from 'tap'
import { createSalesTable } from '../../src/database/sales-tables.ts'
import { salesTable, salesTables } from '../../src/domain/sales.ts'
import { sql } from '../../src/domain/sql.ts'
import { engines, freshDatabase } from '../support/database.ts'

for (const engine of engines) {
  t.test(`${engine}: every Sales table can be made, with its key`, async t => {
    const db = await freshDatabase(t, engine)
    for (const table of salesTables) {
      await db.script(createSalesTable(db, table))
      const made = await db.dialect.describeTable(db, table.name)
      t.same(made?.primaryKey, [table.key])
      t.same(
        made?.columns.map(column => column.name),
        table.columns.filter(column => column.standard).map(column => column.name),
      )
      t.same(
        made?.columns.filter(column => !column.nullable).map(column => column.name),
        [table.key],
        'only the key is compulsory',
      )
    }
  })

  t.test(`${engine}: configured names are used, whatever is in them`, async t => {
    const db = await freshDatabase(t, engine, {
      tables: { contact: 'Contact "Base"' },
      columns: { contactNumber: 'contact number' },
    })
    const type = { kind: 'text', maxLength: 100 } as const
    await db.script(
      createSalesTable(db, salesTable('contact'), [
        { name: 'contactid', type: { kind: 'guid' } },
        { name: 'msdynce_contactnumber', type },
      ]),
    )
    const made = await db.dialect.describeTable(db, 'Contact "Base"')
    t.same(
      made?.columns.map(column => column.name),
      ['contactid', 'contact number'],
    )
  })

  t.test(`${engine}: a key can stand only once, and never be empty`, async t => {
    const db = await freshDatabase(t, engine)
    await db.script(createSalesTable(db, salesTable('account')))
    const insert = (id: string | null) =>
      db.change(sql`INSERT INTO account (accountid) VALUES (${id})`)
    const id = '8a6374af-e8ff-5ca0-b311-2fa8d9fcb4d5'
    t.equal(await insert(id), 1)
    await t.rejects(insert(id))
    await t.rejects(insert(null))
  })
}
