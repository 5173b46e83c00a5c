import t from 'tap'
import { identifier, sql } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import { seed } from '../../src/seed/seed.ts'
import { templates } from '../../src/sync/templates/all.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { engines, freshDatabase } from '../support/database.ts'

for (const engine of engines)
  t.test(`${engine}: on the sample every field that must have a value has one`, async t => {
    const db = await freshDatabase(t, engine)
    await finish(seed(db, { contacts: 300 }))
    await finish(migrate(db))
    for (const { task, legs } of templates)
      for (const { target, maps } of legs) {
        // A field that only another template of the entity fills is not this one's.
        const required = maps.map(({ to }) => to).filter(to => target.rules[to]?.required)
        t.ok(required.length > 1)
        for (const to of required) {
          const empty = await db.row<{ n: number }>(
            sql`SELECT count(*) AS n FROM ${identifier(target.table)} AS t JOIN p2c_sync_record AS r ON r.task = ${task} AND r.key = t.${identifier(target.number)}
              WHERE coalesce(CAST(t.${identifier(to)} AS text), '') = ''`,
          )
          t.equal(Number(empty?.n), 0, `${target.name}.${to}`)
        }
      }
  })
