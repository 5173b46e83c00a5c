import t from 'tap'
import { sql } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import { seed } from '../../src/seed/seed.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { verify } from '../../src/upgrade/verify.ts'
import { engines, freshDatabase } from '../support/database.ts'
import { guidOf } from '../support/sales.ts'

const contactMigration = '20261101T0940_number_and_flag_the_contacts'

for (const engine of engines) {
  t.test(`${engine}: a row that loses its number behind the work is swept up`, async t => {
    const db = await freshDatabase(t, engine, { batch: { rows: 10 } })
    await finish(seed(db, { contacts: 60 }))
    const other = await db.another()
    t.teardown(() => other.close())
    const work = migrate(db)
    let lost = 0
    for (let next = await work.next(); !next.done; next = await work.next()) {
      if (next.value.type !== 'progress' || next.value.step !== contactMigration || lost > 0)
        continue
      // An old client writes back the whole row, as it knew it.
      lost = await other.change(
        sql`UPDATE contact SET msdynce_contactnumber = NULL, msdynce_isactivecustomer = NULL WHERE msdynce_contactnumber IS NOT NULL`,
      )
      await other.change(
        sql`INSERT INTO contact (contactid, lastname) VALUES (${guidOf('contact', 99)}, 'Late')`,
      )
      await other.change(
        sql`DELETE FROM contact WHERE contactid = (SELECT row_key FROM p2c_plan_contact ORDER BY position DESC LIMIT 1)`,
      )
    }
    t.ok(lost > 0, `${lost} rows lost what they had`)
    t.same(
      await db.rows(
        sql`SELECT count(*) AS contacts, count(DISTINCT msdynce_contactnumber) AS numbers, count(msdynce_isactivecustomer) AS flags FROM contact`,
      ),
      [{ contacts: 60, numbers: 60, flags: 60 }],
    )
    t.same((await verify(db)).violations, [])
  })
}
