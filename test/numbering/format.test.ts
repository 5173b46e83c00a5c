import fc from 'fast-check'
import t from 'tap'
import type { Database } from '../../src/database/database.ts'
import { literal, raw, sql } from '../../src/domain/sql.ts'
import { exitStatus, P2cError } from '../../src/errors.ts'
import {
  formatPattern,
  highestOf,
  highestSequenceNumber,
  longestNumber,
  numberer,
  parseFormat,
  parseNumber,
  preview,
  type NumberFormat,
} from '../../src/numbering/format.ts'
import { engines, freshDatabase } from '../support/database.ts'
import { consonants, formats } from '../support/formats.ts'

const contacts = parseFormat('CON-{SEQNUM:5}-{RANDSTRING:6}', consonants)
const codeOf = (work: () => unknown) => {
  try {
    work()
    return 'no error'
  } catch (error) {
    return error instanceof P2cError ? [error.code, error.exit] : error
  }
}

t.test('the sample number of the product is of the default format', t => {
  t.equal(parseNumber(contacts, 'CON-01000-BVRCPS'), 1000)
  t.equal(preview(contacts, 1000), 'CON-01000-??????')
  t.match(numberer(contacts)(1000), /^CON-01000-[BCDFGHJKLMNPQRSTVWXYZ]{6}$/)
  t.end()
})

t.test('a sequence number grows past its digits and is never cut', t => {
  const make = numberer(parseFormat('{SEQNUM:2}', consonants))
  t.same(
    [1, 99, 100, 12_345].map(n => make(n)),
    ['01', '99', '100', '12345'],
  )
  t.equal(preview(contacts, 1_234_567), 'CON-1234567-??????')
  t.end()
})

t.test('numbers end where Finance would cut them', t => {
  const make = numberer(contacts)
  t.equal(highestOf(contacts), 999_999_999)
  t.equal(make(999_999_999).length, longestNumber)
  t.same(
    codeOf(() => make(1_000_000_000)),
    ['NUMBERS_EXHAUSTED', exitStatus.refused],
  )
  const narrow = parseFormat('CONTACT-PERSON-{SEQNUM:3}', consonants)
  t.equal(highestOf(narrow), 99_999)
  t.equal(numberer(narrow)(99_999), 'CONTACT-PERSON-99999')
  t.same(
    codeOf(() => numberer(narrow)(100_000)),
    ['NUMBERS_EXHAUSTED', exitStatus.refused],
  )
  t.end()
})

t.test('the moment is in UTC, token by token', t => {
  const make = numberer(parseFormat('{DATETIMEUTC:yyyyMMddHHmmss}-{SEQNUM:1}', consonants))
  t.equal(make(7, new Date('2026-11-03T04:05:06.789Z')), '20261103040506-7')
  const short = parseFormat('{DATETIMEUTC:yy/MM}{SEQNUM:3}', consonants)
  t.equal(numberer(short)(7, new Date('2026-11-03T04:05:06Z')), '26/11007')
  t.equal(parseNumber(short, '26/11007'), 7)
  t.equal(preview(short, 7), '?????007')
  t.end()
})

t.test('a sign in a date stands for itself', t => {
  const format = parseFormat('{DATETIMEUTC:(yyyy.MM)*}{SEQNUM:3}', consonants)
  t.equal(parseNumber(format, '(2026.11)*007'), 7)
  t.equal(parseNumber(format, '(2026-11)*007'), null)
  t.end()
})

t.test('several random parts are each made anew', t => {
  const format = parseFormat('{RANDSTRING:6}{SEQNUM:1}{RANDSTRING:6}', consonants)
  const made = new Set(Array.from({ length: 50 }, () => numberer(format)(1)))
  t.equal(made.size, 50)
  t.ok([...made].every(number => number.slice(0, 6) !== number.slice(7)))
  t.end()
})

t.test('formats that Dataverse would fail on later are refused now', t => {
  const refused = [
    '',
    'CON',
    'CON-{RANDSTRING:6}',
    '{SEQNUM:5}{SEQNUM:5}',
    '{SEQNUM:0}',
    '{SEQNUM:}',
    '{SEQNUM:x}',
    '{SEQNUM:-1}',
    '{SEQNUM:21}',
    '{SEQNUM:5}-{RANDSTRING:0}',
    '{SEQNUM:5}-{RANDSTRING:7}',
    '{SEQNUM:5}-{RANDSTRING:1.5}',
    '{SEQNUM:5}{DATETIMEUTC:}',
    '{SEQNUM:5}{DATETIMEUTC:hh}',
    '{SEQNUM:5}{DATETIMEUTC:yyy}',
    '{SEQNUM:5',
    '{SEQNUM:5}}',
    '{seqnum:5}',
    '{SEQNUM:5}{GUID:6}',
    'CONTACT-NUMBER-{SEQNUM:6}',
    'C\0{SEQNUM:5}',
    'C\n{SEQNUM:5}',
    '\u{1F600}{SEQNUM:5}',
    '\ud800{SEQNUM:5}',
  ]
  for (const text of refused)
    t.same(
      codeOf(() => parseFormat(text, consonants)),
      ['NUMBER_FORMAT_INVALID', exitStatus.usage],
      JSON.stringify(text),
    )
  t.throws(() => parseFormat('CON-{SEQNUM:5}-{RANDSTRING:7}', consonants), {
    message: /CON-\{SEQNUM:5\}-\{RANDSTRING:7\}.*1 to 6; "7"/,
  })
  t.equal(parseFormat('{SEQNUM:20}', consonants).digits, 20, 'the widest that fits')
  t.end()
})

t.test('a text that only looks like a number is none', t => {
  const strangers = [
    'CON-1000-BVRCPS',
    'CON-001000-BVRCPS',
    'con-01000-BVRCPS',
    'CON-01000-BVRCP',
    'CON-01000-bvrcps',
    ' CON-01000-BVRCPS',
    'CON-01000-BVRCPS\n',
    'CON-1000000000-BVRCPS',
    'CON-٠١٠٠٠-BVRCPS',
    '',
  ]
  for (const text of strangers) t.equal(parseNumber(contacts, text), null, JSON.stringify(text))
  t.equal(parseNumber(contacts, 'CON-100000-0O1IAE'), 100_000, 'made under another alphabet')
  t.end()
})

const formatAndNumber = formats.chain(format =>
  fc.record({ format: fc.constant(format), sequence: fc.nat(highestOf(format)) }),
)

t.test('a number that is made reads as the same sequence number', t => {
  fc.assert(
    fc.property(
      formatAndNumber,
      fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') }),
      ({ format, sequence }, now) => {
        const text = numberer(format)(sequence, now)
        return (
          text.length <= longestNumber &&
          text.length ===
            Math.max(format.digits, String(sequence).length) +
              format.lengthBefore +
              format.lengthAfter &&
          preview(format, sequence).length === text.length &&
          formatPattern(format).test(text) &&
          parseNumber(format, text) === sequence
        )
      },
    ),
  )
  t.pass('for any format')
  t.end()
})

/** What other programs may have written: near misses of numbers, and anything. */
const nearMiss = fc
  .record({
    it: formatAndNumber,
    at: fc.nat(20),
    sign: fc.constantFrom('', '0', '1', '-', 'a', 'Ä', ' ', '00'),
    cut: fc.nat(2),
  })
  .map(({ it: { format, sequence }, at, sign, cut }) => {
    const text = numberer(format)(sequence)
    return { format, text: text.slice(0, at) + sign + text.slice(at + cut) }
  })

async function asked(db: Database, format: NumberFormat, text: string): Promise<number | null> {
  const row = await db.row<{ it: number | null }>(
    sql`SELECT ${db.dialect.sequenceNumber(format, literal(text))} AS it`,
  )
  return row?.it ?? null
}

for (const engine of engines)
  t.test(`${engine}: the database reads and makes numbers as this program does`, async t => {
    const db = await freshDatabase(t, engine)
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(nearMiss, fc.record({ format: formats, text: fc.string() })),
        async ({ format, text }) => {
          if (text.includes('\0')) return
          t.equal(
            await asked(db, format, text),
            parseNumber(format, text),
            `${format.text}: ${text}`,
          )
        },
      ),
      { numRuns: 300 },
    )
    await fc.assert(
      fc.asyncProperty(formatAndNumber, async ({ format, sequence }) => {
        const row = await db.row<{ text: string }>(
          sql`SELECT ${db.dialect.numberText(db, format, raw(String(sequence)))} AS text`,
        )
        t.equal(parseNumber(format, row?.text ?? ''), sequence, format.text)
      }),
    )
  })

t.test('the highest sequence number of all has nine digits', t => {
  t.equal(String(highestSequenceNumber).length, 9)
  t.equal(highestOf(parseFormat('{SEQNUM:1}', consonants)), highestSequenceNumber)
  t.end()
})
