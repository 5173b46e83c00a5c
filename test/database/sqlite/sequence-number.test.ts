import fc from 'fast-check'
import t from 'tap'
import { sqliteDialect } from '../../../src/database/sqlite/dialect.ts'
import { raw, sql } from '../../../src/domain/sql.ts'
import { numberer, parseFormat, parseNumber } from '../../../src/numbering/format.ts'
import { freshDatabase } from '../../support/database.ts'

const formats = [
  'CON-{SEQNUM:5}-{RANDSTRING:6}',
  '{SEQNUM:3}{RANDSTRING:2}',
  'K*[?]{SEQNUM:1}',
  '{DATETIMEUTC:yyyy-MM}/{SEQNUM:4}',
].map(text => parseFormat(text, 'BCDFGHJKLMNPQRSTVWXYZ'))

t.test('sqlite: a sequence number is found in the database as in the program', async t => {
  const db = await freshDatabase(t, 'sqlite')
  const found = async (format: (typeof formats)[number], text: string) => {
    const row = await db.row<{ n: number | null }>(
      sql`SELECT ${sqliteDialect.sequenceNumber(format, raw('t'))} AS n FROM (SELECT ${text} AS t) AS one`,
    )
    return row?.n ?? null
  }
  const format = fc.constantFrom(...formats)
  await fc.assert(
    fc.asyncProperty(format, fc.nat({ max: 9_999_999 }), async (format, sequence) => {
      const text = numberer(format)(sequence)
      t.equal(await found(format, text), sequence, text)
    }),
  )
  const near = fc.string({
    unit: fc.constantFrom(...Array.from('CON-0123459BVRAZ/K*[?]b ')),
    maxLength: 22,
  })
  const damaged = fc
    .tuple(format, fc.nat({ max: 99_999 }), fc.nat({ max: 20 }), near)
    .map(([format, sequence, at, piece]) => {
      const text = numberer(format)(sequence)
      return text.slice(0, at) + piece.slice(0, 3) + text.slice(at + 1)
    })
  await fc.assert(
    fc.asyncProperty(format, fc.oneof(near, damaged), async (format, text) => {
      t.equal(await found(format, text), parseNumber(format, text), text)
    }),
    { numRuns: 500 },
  )
})
