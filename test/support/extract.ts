import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/domain/sql.ts'
import { importExtract } from '../../src/import/import.ts'
import type { ImportOptions, ImportResult } from '../../src/import/result.ts'
import { freshDatabase, freshFolder, type Engine, type Teardown } from './database.ts'

/** A GUID that is told from others by its number. */
export const guid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

/** A database, a folder for an extract, and the import between them. */
export interface World {
  readonly db: Database
  readonly folder: string
  readonly rejects: string
  /** Writes a file of the extract. */
  readonly file: (name: string, lines: readonly string[]) => void
  readonly run: (options?: Partial<ImportOptions>) => Promise<Outcome>
  readonly rejected: () => Record<string, string>[]
}

export interface Outcome {
  readonly result: ImportResult
  readonly warnings: readonly string[]
}

export async function world(t: Teardown, engine: Engine, settings: object = {}): Promise<World> {
  return worldOn(t, await freshDatabase(t, engine, settings))
}

/** The same on a database that is there already. */
export function worldOn(t: Teardown, db: Database): World {
  const folder = freshFolder(t)
  const rejects = join(folder, 'rejects.txt')
  return {
    db,
    folder,
    rejects,
    file: (name, lines) => {
      writeFileSync(join(folder, name), lines.join('\n'))
    },
    run: async options => {
      const warnings: string[] = []
      const work = importExtract(db, { from: folder, rejects, ...options })
      for (;;) {
        const next = await work.next()
        if (next.done) return { result: next.value, warnings }
        if (next.value.type === 'warning') warnings.push(next.value.code)
      }
    },
    rejected: () =>
      existsSync(rejects)
        ? parse(readFileSync(rejects), { columns: true, record_delimiter: '\r\n' })
        : [],
  }
}

export const contactsOf = (db: Database) =>
  db.rows<{ contactid: string; lastname: string | null }>(
    sql`SELECT contactid, lastname FROM contact ORDER BY contactid`,
  )
