import t from 'tap'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { loadConfig } from '../../../src/config.ts'
import { connect } from '../../../src/database/connect.ts'
import type { Database } from '../../../src/database/database.ts'
import { sql } from '../../../src/domain/sql.ts'
import { freshFolder, type Teardown } from '../../support/database.ts'
import { embedded } from '../../support/embedded.ts'

const longestStart = 30_000

/** A server of its own that follows another, which never says anything. */
async function replica(t: Teardown): Promise<string> {
  const { server, data, url } = await embedded(freshFolder(t), {
    settings: [],
    initdbFlags: ['--no-sync'],
  })
  await server.initialise()
  writeFileSync(join(data, 'standby.signal'), '')
  // It waits for the words of a server that can be written, and would never hear them.
  server.start().catch(() => undefined)
  t.teardown(() => server.stop())
  return url
}

async function firstReader(database: string): Promise<Database> {
  const config = loadConfig({ options: { database }, file: false })
  for (let waited = 0; ; waited += 100)
    try {
      return await connect(config, { mode: 'read' })
    } catch (error) {
      if (waited > longestStart) throw error
      await wait(100)
    }
}

t.test('a replica can be read, and is refused where it would have to be written', async t => {
  const database = await replica(t)
  const reader = await firstReader(database)
  t.same(await reader.row(sql`SELECT pg_is_in_recovery() AS follows`), { follows: true })
  await reader.close()
  const config = loadConfig({ options: { database }, file: false })
  await t.rejects(connect(config, { mode: 'write' }), {
    code: 'DATABASE_READ_ONLY',
    exit: 2,
    message: /a replica/,
  })
})
