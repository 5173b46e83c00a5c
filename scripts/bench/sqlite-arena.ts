import Driver from 'better-sqlite3'
import { copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Arena } from './arena.ts'
import { compareImport, compareOnUpgraded, compareStart, type Comparison } from './comparisons.ts'
import { salesData } from './data.ts'
import { fingerprintOf } from './equivalence.ts'
import { measure } from './measure.ts'
import { p2c, rivals, runRival } from './rivals.ts'
import { sqliteGround } from './sqlite-ground.ts'

/** Files of SQLite. */
export function sqliteArena(folder: string): Arena {
  const work = join(folder, 'work')
  const file = join(work, 'sales.sqlite')
  const ground = sqliteGround(file, work)
  let data = ''
  const freshCopy = () => {
    rmSync(work, { recursive: true, force: true })
    mkdirSync(work, { recursive: true })
    copyFileSync(data, file)
  }
  return {
    rivals,
    yardstick: 'limit',
    version: `SQLite ${versionOfSqlite()}`,
    notes: [],
    shell: ground.shell,
    upgrader: 'p2c',
    prepare: shape => {
      data = salesData(join(folder, 'data'), shape)
      return Promise.resolve()
    },
    run: rival => {
      freshCopy()
      return runRival(rival, file, work)
    },
    fingerprint: () => Promise.resolve(fingerprintOf(file)),
    compare: async migrate => [
      ...(await compareOnUpgraded(ground, migrate)),
      ...(await compareImport(ground, data)),
    ],
    last: async (shape, runs) => {
      data = salesData(join(folder, 'data'), shape)
      freshCopy()
      await measure(p2c(work, ground.database, ['migrate', '--yes', '--quiet']))
      const compared: Comparison[] = []
      for (let run = 1; run <= runs; run++)
        compared.push(...(await compareStart(ground.database, work)))
      return { compared, tables: [] }
    },
    close: () => {
      rmSync(work, { recursive: true, force: true })
      return Promise.resolve()
    },
  }
}

function versionOfSqlite(): string {
  const db = new Driver(':memory:')
  try {
    return String(db.prepare('SELECT sqlite_version()').pluck().get())
  } finally {
    db.close()
  }
}
