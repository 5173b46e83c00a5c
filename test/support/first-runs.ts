import type { Test } from 'tap'
import { loadConfig } from '../../src/config.ts'
import { connect } from '../../src/database/connect.ts'
import { sql } from '../../src/domain/sql.ts'
import { loadMigrations } from '../../src/migration/load.ts'
import { freshFolder } from './database.ts'
import { makeTables } from './live.ts'
import { startServant } from './processes.ts'

/** Eight processes begin the first run on a database at once, round after round. */
export async function proveFirstRuns(t: Test, rounds: number): Promise<void> {
  const upgrade = await Promise.all(
    Array.from({ length: 8 }, () => startServant(t, 'test/support/first-run.ts')),
  )
  const all = (await loadMigrations()).length
  for (let round = 1; round <= rounds; round++) {
    const path = `${freshFolder(t)}/sales.sqlite`
    const options = { database: `sqlite:${path}` }
    const db = await connect(loadConfig({ options, file: false }), { mode: 'create' })
    await makeTables(db)
    await db.change(sql`INSERT INTO contact (contactid) VALUES ('c1'), ('c2')`)
    const answers = await Promise.all(upgrade.map(run => run(path)))
    t.equal(
      answers.filter(answer => answer === `applied ${all}`).length,
      1,
      `round ${round}: one applies`,
    )
    for (const answer of answers)
      t.ok([`applied ${all}`, 'applied 0', 'LOCKED'].includes(answer), answer)
    const twice = await db.rows(
      sql`SELECT migration FROM p2c_migration_event WHERE event = 'applied' GROUP BY migration HAVING count(*) > 1`,
    )
    t.same(twice, [], 'nothing is applied twice')
    const numbers = await db.rows<{ number: string }>(
      sql`SELECT msdynce_contactnumber AS number FROM contact ORDER BY contactid`,
    )
    t.match(numbers, [{ number: /^CON-01000-/ }, { number: /^CON-01001-/ }])
    t.same(await db.rows(sql`SELECT * FROM p2c_lock`), [], 'and nobody is said to hold the lock')
    await db.close()
  }
}
