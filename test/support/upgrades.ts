import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { finish } from '../../src/events.ts'
import { seed } from '../../src/seed/seed.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { copiesFor, opened } from './copies.ts'
import { freshFolder, type Engine, type Teardown } from './database.ts'
import { stateOfDatabase, type State } from './state.ts'

/** Sales data before the upgrade, made once and copied for every test. */
export interface Upgrades {
  readonly copy: (t: Teardown) => Promise<Upgrade>
  /** How a database is when nobody disturbed its upgrade. */
  readonly undisturbed: State
}

/** A copy, and where commands on it are run. */
export interface Upgrade {
  readonly folder: string
  /** As the configuration names it. */
  readonly database: string
  /** The options that name it. */
  readonly place: readonly string[]
}

export async function upgradesOf(t: Teardown, engine: Engine, contacts: number): Promise<Upgrades> {
  const home = copiesFor(t, engine)
  const { database: seeded } = await home.copy(null)
  await opened({ database: seeded }, db => finish(seed(db, { contacts })))
  const { database: upgraded } = await home.copy(seeded)
  await opened({ database: upgraded }, db => finish(migrate(db)))
  return {
    copy: async t => {
      const { database } = await copiesFor(t, engine).copy(seeded)
      const place = ['--database', database, '--schema', 'public']
      return { folder: freshFolder(t), database, place }
    },
    undisturbed: await stateIn(upgraded),
  }
}

/** The whole content of a database, comparable. */
export function stateIn(database: string): Promise<State> {
  return opened({ database }, db => stateOfDatabase(db))
}

/** What a command could have changed: each byte of a file; on a server, all that can be read. */
export async function contentOf(database: string): Promise<string> {
  const content = database.startsWith('sqlite:')
    ? readFileSync(database.slice('sqlite:'.length))
    : JSON.stringify(await stateIn(database))
  return createHash('sha256').update(content).digest('hex')
}
