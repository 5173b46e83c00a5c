import t from 'tap'
import { loadConfig } from '../../src/config.ts'
import { connect } from '../../src/database/connect.ts'
import type { Database } from '../../src/database/database.ts'
import { salesTables } from '../../src/domain/sales.ts'
import { sql } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import { seed } from '../../src/seed/seed.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { rollback } from '../../src/upgrade/rollback.ts'
import { sync } from '../../src/upgrade/sync.ts'
import { verify } from '../../src/upgrade/verify.ts'
import { databaseOfItsOwn, engines, freshDatabase, freshFolder } from '../support/database.ts'

// Where a rollback on a server puts its audit.
process.chdir(freshFolder(t))

const contacts = 60

/** Capitals, blanks, reserved words and a quotation mark. */
const strange = {
  tables: {
    account: 'Account "Base"',
    contact: 'User',
    quote: 'select',
    salesorder: 'Order',
    invoice: 'INVOICE',
  },
  columns: {
    accountNumber: 'Account Number',
    contactNumber: 'default',
    isActiveCustomer: 'Is Active',
    isCompanyAnAccount: 'check',
  },
}

async function tablesOf(db: Database): Promise<unknown[]> {
  const tables = salesTables.map(({ name }) =>
    db.dialect.describeTable(db, db.names.tableName(name)),
  )
  return (await Promise.all(tables)).map(table => [table?.name, table?.columns])
}

async function upgradeAndBack(db: Database): Promise<void> {
  await finish(seed(db, { contacts }))
  const before = await tablesOf(db)
  await finish(migrate(db))
  t.same((await verify(db)).violations, [])
  await finish(sync(db, { mode: 'full' }))
  await finish(rollback(db, { to: 'start' }))
  t.same(await tablesOf(db), before)
}

for (const engine of engines) {
  t.test(`${engine}: tables and columns may be called what they will`, async t => {
    await upgradeAndBack(await freshDatabase(t, engine, strange))
  })
}

t.test('postgres: tables of the same names in other schemas are not touched', async t => {
  const { database } = await databaseOfItsOwn(t)
  const decoy = await freshDatabase(t, 'postgres', { database, schema: 'public' })
  await finish(seed(decoy, { contacts }))
  const untouched = JSON.stringify(await decoy.rows(sql`SELECT * FROM contact ORDER BY contactid`))
  const ofDecoy = await tablesOf(decoy)
  await decoy.script('CREATE SCHEMA "Sales Copy"')
  const [name = ''] = new URL(database).pathname.split('/').slice(1)
  await decoy.script(`ALTER DATABASE ${name} SET search_path = public, "Sales Copy"`)
  const config = loadConfig({ options: { database, schema: 'Sales Copy' }, file: false })
  const db = await connect(config, { mode: 'write' })
  t.teardown(() => db.close())
  await upgradeAndBack(db)
  t.equal(
    JSON.stringify(await decoy.rows(sql`SELECT * FROM contact ORDER BY contactid`)),
    untouched,
  )
  t.same(await tablesOf(decoy), ofDecoy)
  t.same(await decoy.rows(sql`SELECT command FROM p2c_run`), [{ command: 'seed' }])
})
