import t from 'tap'
import type { Database } from '../../src/database/database.ts'
import { raw, sql } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import { loadMigrations } from '../../src/migration/load.ts'
import { editsOf, planRollback, type UndoStep } from '../../src/migration/rollback.ts'
import { seed } from '../../src/seed/seed.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { engines, freshDatabase } from '../support/database.ts'
import { guidOf } from '../support/sales.ts'

/** Thrown to take back what a transaction did. */
class TakenBack extends Error {}

/** How many edits are found behind a change, which is taken back; null where none is even looked for. */
async function editsBehind(
  db: Database,
  steps: readonly UndoStep[],
  change: string,
): Promise<number | null> {
  let found: number | null = null
  const work = async () => {
    await db.change(raw(change))
    const query = await editsOf(db, steps)
    const row =
      query && (await db.row<{ n: number }>(sql`SELECT count(*) AS n FROM (${query}) AS e`))
    found = row ? Number(row.n) : null
    throw new TakenBack()
  }
  await db.transaction(work).catch((error: unknown) => {
    if (!(error instanceof TakenBack)) throw error
  })
  return found
}

for (const engine of engines) {
  t.test(`${engine}: one edit of one row is found, whatever it is`, async t => {
    const db = await freshDatabase(t, engine)
    await finish(seed(db, { contacts: 60 }))
    await finish(migrate(db))
    const steps = await planRollback(db, await loadMigrations(), 'start')
    const behind = (change: string) => editsBehind(db, steps, change)
    const [yes, no] = [db.dialect.flag(true).sql, db.dialect.flag(false).sql]
    const first = '(SELECT min(CAST(contactid AS text)) FROM contact)'
    const last = '(SELECT max(CAST(contactid AS text)) FROM contact)'
    const isFirst = `CAST(contactid AS text) = ${first}`
    const flip = (flag: string) =>
      `UPDATE contact SET ${flag} = CASE WHEN ${flag} = ${yes} THEN ${no} ELSE ${yes} END WHERE ${isFirst}`

    t.equal(await behind(`UPDATE contact SET lastname = 'Edited'`), null, 'a name is none')
    const number = 'msdynce_contactnumber'
    t.equal(await behind(`UPDATE contact SET ${number} = 'MINE' WHERE ${isFirst}`), 1, 'a number')
    t.equal(
      await behind(`UPDATE contact SET ${number} = NULL WHERE ${isFirst}`),
      1,
      'none any more',
    )
    t.equal(
      await behind(
        `UPDATE contact SET ${number} = ${number} || 'X' WHERE ${isFirst} OR CAST(contactid AS text) = ${last}`,
      ),
      2,
      'two numbers',
    )
    t.equal(await behind(flip('msdynce_isactivecustomer')), 1, 'a flag')
    t.equal(await behind(flip('msdynce_iscompanyanaccount')), 1, 'the other flag')
    const mine = `INSERT INTO contact (contactid, lastname, ${number}) VALUES ('${guidOf('contact', 1)}', 'New', 'MINE')`
    t.equal(await behind(mine), 1, 'a number that a new row brought')
    const given = `INSERT INTO contact (contactid, lastname) VALUES ('${guidOf('contact', 1)}', 'New')`
    t.equal(await behind(given), 0, 'one that a trigger gave is none')
    t.equal(await behind(`DELETE FROM contact WHERE ${isFirst}`), 0, 'nor is a row that is gone')
    const account = `UPDATE account SET accountnumber = 'MINE' WHERE accountid = (SELECT a.accountid FROM account AS a WHERE a.accountnumber LIKE 'ACC-%' ORDER BY 1 LIMIT 1)`
    t.equal(await behind(account), 1, 'the number of an account')
  })
}
