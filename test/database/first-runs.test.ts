import { once } from 'node:events'
import { createInterface } from 'node:readline'
import t from 'tap'
import { sql } from '../../src/domain/sql.ts'
import { loadMigrations } from '../../src/migration/load.ts'
import { engines, freshDatabase, type Teardown } from '../support/database.ts'
import { makeTables } from '../support/live.ts'
import { placeOf } from '../support/place.ts'
import { startScript } from '../support/processes.ts'
import { guidOf } from '../support/sales.ts'

/** Another process that upgrades databases when told to; the answer says how it went. */
async function upgrader(t: Teardown): Promise<(place: string) => Promise<string>> {
  const child = startScript('test/support/first-run.ts')
  t.teardown(() => child.kill('SIGKILL'))
  const { stdin, stdout } = child
  if (!stdin || !stdout) throw new Error('a process without pipes')
  const lines = createInterface({ input: stdout })
  const nextLine = async () => String((await once(lines, 'line'))[0])
  await nextLine()
  return place => {
    const answer = nextLine()
    stdin.write(`${place}\n`)
    return answer
  }
}

for (const engine of engines)
  t.test(
    `${engine}: eight first runs at once: one applies, the others are locked out or find nothing to do`,
    async t => {
      const upgrade = await Promise.all(Array.from({ length: 8 }, () => upgrader(t)))
      const all = (await loadMigrations()).length
      for (let round = 1; round <= 4; round++) {
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
        t.same(
          await db.rows(sql`SELECT * FROM p2c_lock`),
          [],
          'and nobody is said to hold the lock',
        )
      }
    },
  )
