import Driver from 'better-sqlite3'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Ground } from './comparisons.ts'
import { createTableText } from './data.ts'
import { measure } from './measure.ts'

/** Files in a folder, and `sqlite3`. */
export function sqliteGround(file: string, cwd: string): Ground {
  const empty = (name: string) => {
    const path = join(cwd, name)
    rmSync(path, { force: true })
    return path
  }
  return {
    database: `sqlite:${file}`,
    cwd,
    measure,
    firstSyncSeconds: () => Promise.resolve(firstSyncSeconds(file)),
    shell: {
      name: 'sqlite3',
      importer: 'sqlite3 .import',
      exporter: 'sqlite3 -csv',
      exporting: (query, csv) => ({
        command: 'sqlite3',
        args: ['-readonly', '-csv', file, query],
        cwd,
        stdout: csv,
      }),
      emptyDatabase: () => Promise.resolve(`sqlite:${empty('imported.sqlite')}`),
      importing: csv => {
        const plain = empty('plain.sqlite')
        const db = new Driver(plain)
        db.exec(createTableText('contact'))
        db.close()
        return Promise.resolve({
          command: 'sqlite3',
          args: [plain, `.import --csv --skip 1 ${csv} contact`],
          cwd,
        })
      },
    },
  }
}

function firstSyncSeconds(file: string): number {
  const db = new Driver(file, { readonly: true })
  try {
    return db
      .prepare(
        'SELECT (max(julianday(finished_on)) - min(julianday(started_on))) * 86400 FROM p2c_sync_execution',
      )
      .pluck()
      .get() as number
  } finally {
    db.close()
  }
}
