import t from 'tap'
import { sql } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import { syncHistory } from '../../src/sync/history.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { sync } from '../../src/upgrade/sync.ts'
import { p2c } from '../support/command.ts'
import { engines, freshDatabase } from '../support/database.ts'
import { loadWorld } from '../support/worlds.ts'

for (const engine of engines) {
  t.test(`${engine}: executions are told with what they did, the latest first`, async t => {
    const db = await freshDatabase(t, engine)
    t.same(await syncHistory(db), [])
    await loadWorld(db, 'one-of-each-kind')
    await finish(migrate(db))
    await db.change(sql`UPDATE account SET name = 'Renamed' WHERE accountnumber = 'K-1'`)
    await finish(sync(db, { mode: 'full', templates: ['accounts'] }))
    const history = await syncHistory(db)
    t.match(history, [
      {
        template: 'accounts',
        mode: 'full',
        state: 'finished',
        status: 'Completed',
        legs: [
          { leg: 'source-cds', inserted: 0, updated: 1, rejected: 0 },
          { leg: 'cds-destination', inserted: 0, updated: 1, rejected: 0 },
        ],
      },
      { template: 'contacts-to-customer', status: 'Completed' },
      { template: 'contacts', status: 'Warning', legs: [{ rejected: 1 }, { rejected: 0 }] },
      { template: 'accounts', status: 'Completed' },
    ])
    t.equal(new Set(history.slice(1).map(({ runId }) => runId)).size, 1)
    const place = ['--database', db.config.database, '--schema', db.config.schema]
    const { status, stdout } = await p2c(['sync', '--history', ...place], '.')
    t.equal(status, 0)
    t.match(stdout, /UTC +accounts +full +Completed +source-cds +0 +1 +1 +0\n/)
    const told = await p2c(['sync', '--history', '--json', ...place], '.')
    t.same((JSON.parse(told.stdout) as { executions: unknown }).executions, history)
  })
}
