import t from 'tap'
import type { SqliteDatabase } from '../src/database/sqlite/open.ts'
import { finish } from '../src/events.ts'
import { seed } from '../src/seed/seed.ts'
import { migrate } from '../src/upgrade/migrate.ts'
import { verify } from '../src/upgrade/verify.ts'
import { freshDatabase } from './support/database.ts'

t.test('a full disk is a clear error, and with room again the upgrade goes on', async t => {
  const db = (await freshDatabase(t, 'sqlite')) as SqliteDatabase
  await finish(seed(db, { contacts: 200 }))
  const pages = Number(db.handle.pragma('page_count', { simple: true }))
  for (const room of [20, 40, 60]) {
    db.handle.pragma(`max_page_count = ${pages + room}`)
    await t.rejects(finish(migrate(db)), { code: 'DISK_FULL', exit: 1 }, `room for ${room} pages`)
  }
  db.handle.pragma('max_page_count = 1000000')
  await finish(migrate(db))
  t.same((await verify(db)).violations, [])
})
