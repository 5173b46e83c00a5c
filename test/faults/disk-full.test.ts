import t from 'tap'
import type { SqliteDatabase } from '../../src/database/sqlite/open.ts'
import { sql } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import { seed } from '../../src/seed/seed.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { sync } from '../../src/upgrade/sync.ts'
import { verify } from '../../src/upgrade/verify.ts'
import { freshDatabase } from '../support/database.ts'

/** Tries the work with room for ever more pages until it is done; answers how the others ended. */
async function withLittleRoom(
  db: SqliteDatabase,
  step: number,
  work: () => Promise<unknown>,
): Promise<unknown[]> {
  const errors: unknown[] = []
  const pages = Number(db.handle.pragma('page_count', { simple: true }))
  for (let room = 0; ; room += step) {
    db.handle.pragma(`max_page_count = ${pages + room}`)
    const error = await work().then(
      () => undefined,
      (error: unknown) => error,
    )
    db.handle.pragma('max_page_count = 1000000')
    if (error === undefined) return errors
    errors.push(error)
  }
}

t.test(
  'sqlite: a full disk is a clear error, and with more room the work goes on each time',
  async t => {
    const db = (await freshDatabase(t, 'sqlite')) as SqliteDatabase
    await finish(seed(db, { contacts: 200 }))
    const inUpgrade = await withLittleRoom(db, 8, () => finish(migrate(db)))
    await db.change(sql`UPDATE contact SET lastname = hex(randomblob(100)) WHERE rowid < 100`)
    const inSync = await withLittleRoom(db, 3, () => finish(sync(db, { mode: 'full' })))
    t.ok(inUpgrade.length >= 6, `${inUpgrade.length} times in the upgrade`)
    t.ok(inSync.length >= 2, `${inSync.length} times in the sync`)
    for (const error of [...inUpgrade, ...inSync]) t.match(error, { code: 'DISK_FULL', exit: 1 })
    t.same((await verify(db)).violations, [])
  },
)
