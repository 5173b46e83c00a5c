import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '../../src/config.ts'
import { connect } from '../../src/database/connect.ts'
import type { Database } from '../../src/database/database.ts'
import { finish } from '../../src/events.ts'
import { seed } from '../../src/seed/seed.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { freshFolder, type Teardown } from './database.ts'
import { stateOf, type State } from './state.ts'

/** Sales data before the upgrade, made once and copied for every test. */
export interface Upgrades {
  /** A folder with a copy of its own, which is called `sales.sqlite`. */
  readonly folder: (t: Teardown) => string
  /** How a database is when nobody disturbed its upgrade. */
  readonly undisturbed: State
}

export async function upgradesOf(t: Teardown, contacts: number): Promise<Upgrades> {
  const home = freshFolder(t)
  const seeded = join(home, 'seeded.sqlite')
  await withDatabase(seeded, db => finish(seed(db, { contacts })))
  const upgraded = join(home, 'upgraded.sqlite')
  copyFileSync(seeded, upgraded)
  await withDatabase(upgraded, db => finish(migrate(db)))
  return {
    folder: t => {
      const folder = freshFolder(t)
      copyFileSync(seeded, join(folder, 'sales.sqlite'))
      return folder
    },
    undisturbed: stateOf(upgraded),
  }
}

/** Opens a SQLite file, making it where it is missing, for as long as the work takes. */
export async function withDatabase<T>(
  file: string,
  work: (db: Database) => Promise<T>,
): Promise<T> {
  const config = loadConfig({ options: { database: `sqlite:${file}` }, file: false })
  const db = await connect(config, { mode: 'create' })
  try {
    return await work(db)
  } finally {
    await db.close()
  }
}
