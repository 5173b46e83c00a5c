import { equal } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import type { CsvValue } from '../../src/csv/field.ts'
import { openCsv } from '../../src/csv/write.ts'
import type { Database } from '../../src/database/database.ts'
import { raw, sql } from '../../src/domain/sql.ts'
import { engines, freshDatabase, freshFolder } from '../support/database.ts'

const beforeField = 'a,b\r\nx,'

/** The field as `openCsv` writes it. */
async function written(folder: string, value: CsvValue, excel: boolean): Promise<string> {
  const file = await openCsv(join(folder, 'x.csv'), ['a', 'b'], { excel })
  await file.write([['x', value]])
  await file.finish()
  const text = readFileSync(file.path, 'utf8')
  return text.slice(beforeField.length + (excel ? 1 : 0), -'\r\n'.length)
}

async function joined(db: Database, value: CsvValue, excel: boolean): Promise<unknown> {
  const type = raw(
    typeof value !== 'number' ? 'text' : Number.isInteger(value) ? 'integer' : 'numeric',
  )
  const field = db.dialect.csvField(raw('v'), excel)
  const row = await db.row<{ field: unknown }>(
    sql`SELECT ${field} AS field FROM (SELECT CAST(${value} AS ${type}) AS v ${db.dialect.computedOnce}) AS r`,
  )
  return row?.field
}

const special = ['a', '"', ',', '\n', '\r', ' ', '\t', 'é', '😀', "'", '=', '+', '-', '@', '*', '[']

for (const engine of engines) {
  t.test(`${engine}: a field is written as openCsv writes it, whatever the value`, async t => {
    const db = await freshDatabase(t, engine)
    const folder = freshFolder(t)
    // PostgreSQL has no text with a zero character.
    const characters = engine === 'sqlite' ? [...special, '\0'] : special
    const value = fc.oneof(
      { weight: 8, arbitrary: fc.string({ unit: fc.constantFrom(...characters), maxLength: 6 }) },
      {
        weight: 2,
        arbitrary: fc.string({ unit: 'grapheme' }).map(text => text.replaceAll('\0', '')),
      },
      fc.constantFrom(null, ''),
      fc.integer(),
      fc.integer({ min: -1_000_000, max: 1_000_000 }).map(n => n / 8 + 1 / 16),
    )
    await fc.assert(
      fc.asyncProperty(value, fc.boolean(), async (value, excel) => {
        equal(await joined(db, value, excel), await written(folder, value, excel))
      }),
      { numRuns: 1_000 },
    )
  })
}
