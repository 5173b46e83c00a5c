import Driver from 'better-sqlite3'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openCsv } from '../../src/csv/write.ts'
import { columnNames } from './data.ts'

const rowsPerWrite = 1_000

/**
 * The contacts of a database as a Sales extract of all 24 columns, kept beside it.
 *
 * @returns the path of contacts.csv, which is alone in its folder
 */
export async function contactsExtract(data: string): Promise<string> {
  const folder = data.replace(/\.sqlite$/, '-extract')
  const path = join(folder, 'contacts.csv')
  if (existsSync(path)) return path
  mkdirSync(folder, { recursive: true })
  const columns = columnNames('contact')
  const db = new Driver(data, { readonly: true })
  const csv = await openCsv(path, columns)
  try {
    let chunk: (string | number | null)[][] = []
    for (const row of db.prepare(`SELECT ${columns.join()} FROM contact`).raw().iterate()) {
      chunk.push(row as (typeof chunk)[number])
      if (chunk.length < rowsPerWrite) continue
      await csv.write(chunk)
      chunk = []
    }
    if (chunk.length > 0) await csv.write(chunk)
    await csv.finish()
  } finally {
    await csv.abandon()
    db.close()
  }
  return path
}
