import type { Test } from 'tap'
import { sql } from '../../src/domain/sql.ts'
import { loadMigrations } from '../../src/migration/load.ts'
import { freshDatabase, type Engine } from './database.ts'
import { makeTables } from './live.ts'
import { placeOf } from './place.ts'
import { startServant } from './processes.ts'
import { guidOf } from './sales.ts'

/** Eight processes begin the first run on a database at once, round after round. */
export async function proveFirstRuns(t: Test, engine: Engine, rounds: number): Promise<void> {
  const upgrade = await Promise.all(
    Array.from({ length: 8 }, () => startServant(t, 'test/support/first-run.ts')),
  )
  const all = (await loadMigrations()).length
  for (let round = 1; round <= rounds; round++) {
    const db = await freshDatabase(t, engine)
    await makeTables(db)
    const [first, second] = [guidOf('contact', 1), guidOf('contact', 2)]
    await db.change(sql`INSERT INTO contact (contactid) VALUES (${first}), (${second})`)
    const answers = await Promise.all(upgrade.map(run => run(placeOf(db))))
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
  }
}
