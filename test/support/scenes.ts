import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '../../src/config.ts'
import { connect } from '../../src/database/connect.ts'
import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import { seedExtract } from '../../src/seed/extract.ts'
import { seed } from '../../src/seed/seed.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { editAsPeopleDo } from './edits.ts'
import type { Scene } from './kill.ts'
import type { Operation } from './operations.ts'

/** A seeded database, the same upgraded, the same with changes that a sync has to carry over. */
export async function scenesIn(folder: string, contacts = 40): Promise<Record<Operation, Scene>> {
  const paths = {
    seeded: join(folder, 's.sqlite'),
    upgraded: join(folder, 'u.sqlite'),
    changed: join(folder, 'c.sqlite'),
  }
  let db = await open(paths.seeded)
  await finish(seed(db, { contacts }))
  await db.close()
  copyFileSync(paths.seeded, paths.upgraded)
  db = await open(paths.upgraded)
  await finish(migrate(db))
  await db.close()
  copyFileSync(paths.upgraded, paths.changed)
  db = await open(paths.changed)
  await db.change(sql`UPDATE contact SET lastname = 'Changed'`)
  await db.change(sql`UPDATE account SET name = 'Changed' WHERE accountid < '8'`)
  await db.close()
  const from = join(folder, 'extract')
  await finish(seedExtract(loadConfig({ file: false }), { out: from, contacts }))
  return {
    migrate: { operation: 'migrate', before: paths.seeded, folder },
    rollback: { operation: 'rollback', before: paths.upgraded, folder },
    // Killed behind its last commit, a sync that is run again is another sync, which finds nothing.
    sync: { operation: 'sync', before: paths.changed, folder, ignore: ['p2c_sync_execution'] },
    import: { operation: 'import', before: null, folder, from },
  }
}

/** The upgraded database of a rollback after people have edited it for a while. */
export async function editedSince(rollback: Scene): Promise<Scene> {
  const before = join(rollback.folder, 'e.sqlite')
  copyFileSync(rollback.before ?? '', before)
  const db = await open(before)
  await editAsPeopleDo(db, 10)
  await db.close()
  return { ...rollback, before }
}

function open(path: string): Promise<Database> {
  const options = { database: `sqlite:${path}`, batch: { rows: 15 } }
  return connect(loadConfig({ options, file: false }), { mode: 'create' })
}
