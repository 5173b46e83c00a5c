import { createInterface } from 'node:readline'
import { loadConfig } from '../../src/config.ts'
import { connect } from '../../src/database/connect.ts'
import { P2cError } from '../../src/errors.ts'
import { finish } from '../../src/events.ts'
import { loadMigrations } from '../../src/migration/load.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { optionsOf } from './place.ts'

/** Upgrades each database whose place comes in on a line, and answers how it ended on another. */
const migrations = await loadMigrations()
process.stdout.write('ready\n')
for await (const place of createInterface({ input: process.stdin })) {
  const options = optionsOf(place)
  const db = await connect(loadConfig({ options, file: false }), { mode: 'write' })
  const answer = await finish(migrate(db, { migrations })).then(
    ({ applied }) => `applied ${applied.length}`,
    (error: unknown) => (error instanceof P2cError ? error.code : String(error)),
  )
  await db.close()
  process.stdout.write(`${answer}\n`)
}
