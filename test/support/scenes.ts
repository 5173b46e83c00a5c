import { join } from 'node:path'
import { loadConfig } from '../../src/config.ts'
import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import { seedExtract } from '../../src/seed/extract.ts'
import { seed } from '../../src/seed/seed.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { copiesFor, opened, type Copies } from './copies.ts'
import type { Engine, Teardown } from './database.ts'
import { editAsPeopleDo } from './edits.ts'
import type { Scene } from './kill.ts'
import type { Operation } from './operations.ts'

/** A seeded database, the same upgraded, the same with changes that a sync has to carry over. */
export async function scenesIn(
  t: Teardown,
  engine: Engine,
  contacts = 40,
): Promise<Record<Operation, Scene>> {
  const copies = copiesFor(t, engine)
  const seeded = await changed(copies, null, db => finish(seed(db, { contacts })))
  const upgraded = await changed(copies, seeded, db => finish(migrate(db)))
  const edited = await changed(copies, upgraded, async db => {
    await db.change(sql`UPDATE contact SET lastname = 'Changed'`)
    await db.change(
      sql`UPDATE account SET name = 'Changed' WHERE accountid < '80000000-0000-0000-0000-000000000000'`,
    )
  })
  const from = join(copies.folder, 'extract')
  await finish(seedExtract(loadConfig({ file: false }), { out: from, contacts }))
  return {
    migrate: { operation: 'migrate', before: seeded, copies },
    rollback: { operation: 'rollback', before: upgraded, copies },
    // Killed behind its last commit, a sync that is run again is another sync, which finds nothing.
    sync: { operation: 'sync', before: edited, copies, ignore: ['p2c_sync_execution'] },
    import: { operation: 'import', before: null, copies, from },
  }
}

/** The upgraded database of a rollback after people have edited it for a while. */
export async function editedSince(rollback: Scene): Promise<Scene> {
  const before = await changed(rollback.copies, rollback.before, db => editAsPeopleDo(db, 10))
  return { ...rollback, before }
}

/** A database that stays until the test ends, made of another one by some work on it. */
async function changed(
  copies: Copies,
  original: string | null,
  work: (db: Database) => Promise<unknown>,
): Promise<string> {
  const { database } = await copies.copy(original)
  await opened({ database, batch: { rows: 15 } }, work)
  return database
}
