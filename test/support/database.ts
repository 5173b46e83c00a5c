import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig, type Config } from '../../src/config.ts'
import { connect } from '../../src/database/connect.ts'
import type { Database } from '../../src/database/database.ts'

/** What a test needs of tap. */
export interface Teardown {
  teardown(work: () => unknown): void
}

/** The engines on which every test runs. */
export const engines = ['sqlite'] as const
export type Engine = (typeof engines)[number]

/** A folder that goes with the test. */
export function freshFolder(t: Teardown): string {
  const folder = mkdtempSync(join(tmpdir(), 'p2c-test-'))
  t.teardown(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

/** The configuration of a database of its own; settings on top of the defaults. */
export function freshConfig(t: Teardown, _engine: Engine, settings: object = {}): Config {
  const options = { database: `sqlite:${join(freshFolder(t), 'sales.sqlite')}`, ...settings }
  return loadConfig({ options, file: false })
}

/** An empty real database, closed and deleted with the test. */
export async function freshDatabase(
  t: Teardown,
  engine: Engine,
  settings: object = {},
): Promise<Database> {
  const db = await connect(freshConfig(t, engine, settings), { mode: 'create' })
  t.teardown(() => db.close())
  return db
}
