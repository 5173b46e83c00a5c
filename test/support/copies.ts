import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '../../src/config.ts'
import { connect } from '../../src/database/connect.ts'
import type { Database } from '../../src/database/database.ts'
import { freshFolder, type Engine, type Teardown } from './database.ts'
import { onServer, postgresServer } from './postgres-server.ts'

/** Makes whole databases, and copies of them, that go with the test. */
export interface Copies {
  readonly engine: Engine
  /** For files that belong to the databases. */
  readonly folder: string
  /**
   * A copy of a database, by the URL of that; an empty one, or none yet where it is made when it
   * is opened, of null. Nobody may be connected to the original.
   */
  readonly copy: (original: string | null) => Promise<Copy>
}

export interface Copy {
  /** As the configuration names it. */
  readonly database: string
  /** Takes it away before the test ends. */
  readonly remove: () => Promise<void>
}

export function copiesFor(t: Teardown, engine: Engine): Copies {
  const folder = freshFolder(t)
  if (engine === 'sqlite')
    return { engine, folder, copy: original => Promise.resolve(copyOfFile(folder, original)) }
  const made = new Set<Copy>()
  t.teardown(() => Promise.all([...made].map(copy => copy.remove())))
  return {
    engine,
    folder,
    copy: async original => {
      const copy = await copyOnServer(original)
      const kept = {
        ...copy,
        remove: async () => {
          made.delete(kept)
          await copy.remove()
        },
      }
      made.add(kept)
      return kept
    },
  }
}

/** Opens a database by its URL for as long as the work takes. */
export async function opened<T>(
  settings: Readonly<Record<string, unknown>>,
  work: (db: Database) => Promise<T>,
): Promise<T> {
  const db = await connect(loadConfig({ options: settings, file: false }), { mode: 'create' })
  try {
    return await work(db)
  } finally {
    await db.close()
  }
}

function copyOfFile(home: string, original: string | null): Copy {
  const folder = mkdtempSync(join(home, 'copy-'))
  const path = join(folder, 'sales.sqlite')
  if (original !== null) copyFileSync(original.slice('sqlite:'.length), path)
  return {
    database: `sqlite:${path}`,
    remove: () => {
      rmSync(folder, { recursive: true, force: true })
      return Promise.resolve()
    },
  }
}

let databases = 0

async function copyOnServer(original: string | null): Promise<Copy> {
  const server = await postgresServer()
  const name = `copy_${process.pid}_${Date.now().toString(36)}_${++databases}`
  const template = original === null ? 'template0' : new URL(original).pathname.slice(1)
  await onServer(server, `CREATE DATABASE ${name} TEMPLATE ${template}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return {
    database: url.href,
    remove: () => onServer(server, `DROP DATABASE ${name} WITH (FORCE)`),
  }
}
