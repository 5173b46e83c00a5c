import { deepEqual, equal } from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { sql } from '../../src/domain/sql.ts'
import { engines } from '../support/database.ts'
import { guid, world } from '../support/extract.ts'

for (const engine of engines) {
  t.test(`${engine}: rows in are rows loaded and rows rejected, whatever the file`, async t => {
    const { db, file, run, rejected, rejects } = await world(t, engine, { batch: { rows: 3 } })
    file('contacts.csv', ['contactid'])
    await run({ create: true })
    const key = fc.oneof(
      fc.integer({ min: 1, max: 6 }).map(guid),
      fc.integer({ min: 1, max: 6 }).map(n => `{${guid(n).toUpperCase()}}`),
      fc.constantFrom('', 'x', '"'),
    )
    const name = fc.constantFrom('A', 'B', '', '"C"', '"D\nD"', 'E"', 'x'.repeat(60), 'F,F')
    const rows = fc.array(fc.tuple(key, name), { maxLength: 12 })
    await t.resolves(
      fc.assert(
        fc.asyncProperty(rows, async rows => {
          const text = rows.map(([key, name]) => `${key},${name}`)
          file('contacts.csv', ['contactid,lastname', ...text])
          writeFileSync(rejects, '')
          const { result } = await run()
          const [counts] = result.files
          if (!counts) throw new Error('no file')
          const loaded = counts.inserted + counts.updated + counts.unchanged
          equal(counts.rows, loaded + counts.rejected)
          equal(rejected().length, counts.rejected)
          const again = (await run()).result.files[0]
          deepEqual([again?.inserted, again?.updated, again?.unchanged], [0, 0, loaded])
          const stored = await db.row<{ n: number }>(sql`SELECT count(*) AS n FROM contact`)
          equal((stored?.n ?? 0) <= 6, true)
        }),
        { numRuns: 15 },
      ),
    )
  })
}
