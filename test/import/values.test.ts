import fc from 'fast-check'
import t from 'tap'
import type { ColumnType } from '../../src/domain/sales.ts'
import { timeParserOf } from '../../src/import/times.ts'
import { Refusal, valueParser, type ValueOptions } from '../../src/import/values.ts'

const guid = '8a6374af-e8ff-5ca0-b311-2fa8d9fcb4d5'

function parsed(type: ColumnType, text: string, options?: ValueOptions) {
  const value = valueParser(type, options)(text)
  return value instanceof Refusal ? value.code : value
}

t.test('an empty field is null in every kind of column', t => {
  for (const kind of [
    'guid',
    'integer',
    'decimal',
    'flag',
    'time',
    'date',
    'customertype',
  ] as const)
    t.equal(parsed({ kind }, ''), null)
  t.equal(parsed({ kind: 'text', maxLength: 5 }, ''), null)
  t.equal(parsed({ kind: 'choice', labels: {} }, ''), null)
  t.end()
})

t.test('text is kept as it is, spaces and words like null included', t => {
  for (const text of [' a ', 'null', 'NULL', 'undefined', '-0', ' '])
    t.equal(parsed({ kind: 'text', maxLength: 9 }, text), text)
  t.equal(parsed({ kind: 'text', maxLength: 3 }, 'abcd'), 'VALUE_TOO_LONG')
  t.equal(parsed({ kind: 'text', maxLength: 3 }, 'abc'), 'abc')
  t.equal(parsed({ kind: 'text', maxLength: 3 }, 'a\0c'), 'TEXT_INVALID')
  t.end()
})

t.test('a GUID is stored in lower case without braces, and nothing else is one', t => {
  for (const text of [guid, guid.toUpperCase(), `{${guid}}`, ` ${guid} `])
    t.equal(parsed({ kind: 'guid' }, text), guid)
  for (const text of ['x', guid.slice(1), guid.replaceAll('-', ''), `${guid}0`, 'Fourth Coffee'])
    t.equal(parsed({ kind: 'guid' }, text), 'GUID_INVALID')
  t.end()
})

t.test('whole numbers of 32 bits are numbers', t => {
  for (const [text, value] of [
    ['0', 0],
    ['-0', 0],
    ['+5', 5],
    ['007', 7],
    ['2147483647', 2147483647],
    [' 3 ', 3],
  ] as const)
    t.equal(Object.is(parsed({ kind: 'integer' }, text), value), true, text)
  for (const text of ['1.0', '1e3', '2147483648', '1,000', 'one', '--1'])
    t.equal(parsed({ kind: 'integer' }, text), 'NUMBER_INVALID', text)
  t.end()
})

t.test('decimals keep all their digits, or are refused', t => {
  for (const [text, value] of [
    ['472.38', '472.38'],
    ['-0.5', '-0.5'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['1.500', '1.5'],
    ['-0.00', '0'],
    ['00012', '12'],
    ['+1', '1'],
    ['10000000000000000000', '10000000000000000000'],
    ['123456789012.345', '123456789012.345'],
  ] as const)
    t.equal(parsed({ kind: 'decimal' }, text), value, text)
  for (const text of ['1,5', '1e5', '.', '-', 'x', '1234567890123.456', '1.2.3'])
    t.equal(parsed({ kind: 'decimal' }, text), 'NUMBER_INVALID', text)
  t.end()
})

t.test('a decimal means the same number as its text', t => {
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 99999 }), (n, f) => {
      const text = `${n}.${String(f).padStart(5, '0')}`
      t.equal(Number(parsed({ kind: 'decimal' }, text)), Number(text) + 0)
    }),
  )
  t.end()
})

t.test('Yes and No are said in many ways', t => {
  for (const text of ['1', 'true', 'TRUE', 'Yes', 'Do Not Allow'])
    t.equal(parsed({ kind: 'flag' }, text), true)
  for (const text of ['0', 'false', 'No', 'Allow']) t.equal(parsed({ kind: 'flag' }, text), false)
  t.equal(parsed({ kind: 'flag' }, 'maybe'), 'FLAG_INVALID')
  t.equal(parsed({ kind: 'flag' }, 'constructor'), 'FLAG_INVALID')
  t.end()
})

t.test(
  'the type of a customer is account or contact, or their codes where the column has codes',
  t => {
    for (const text of ['account', 'Accounts', '1']) {
      t.equal(parsed({ kind: 'customertype' }, text), 'account')
      t.equal(parsed({ kind: 'customertype' }, text, { typeCodes: true }), 1)
    }
    for (const text of ['contact', 'contacts', '2'])
      t.equal(parsed({ kind: 'customertype' }, text), 'contact')
    for (const text of ['lead', '3', 'toString'])
      t.equal(parsed({ kind: 'customertype' }, text), 'TYPE_INVALID')
    t.end()
  },
)

t.test("a choice is given by number or by label; numbers of one's own are taken", t => {
  const role: ColumnType = { kind: 'choice', labels: { 1: 'Decision Maker', 2: 'Employee' } }
  t.equal(parsed(role, '1'), 1)
  t.equal(parsed(role, 'employee'), 2)
  t.equal(parsed(role, '100000000'), 100000000)
  t.equal(parsed(role, 'Boss'), 'CHOICE_UNKNOWN')
  t.end()
})

t.test('times are stored in UTC', t => {
  for (const [text, value] of [
    ['2026-11-01T08:00:00Z', '2026-11-01T08:00:00Z'],
    ['2026-11-01T08:00:00+02:00', '2026-11-01T06:00:00Z'],
    ['2026-11-01 08:00', '2026-11-01T08:00:00Z'],
    ['2026-11-01', '2026-11-01T00:00:00Z'],
    ['2026-11-01T08:00:00.0000000Z', '2026-11-01T08:00:00Z'],
    ['2026-11-01T08:00:00.1239Z', '2026-11-01T08:00:00.123Z'],
    ['2024-02-29T23:30:00-0100', '2024-03-01T00:30:00Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
  ] as const)
    t.equal(parsed({ kind: 'time' }, text), value, text)
  for (const text of [
    '2026-02-30T00:00:00Z',
    '2025-02-29',
    '2026-13-01',
    '2026-11-01T24:00:00Z',
    '2026-11-01T08:60:00Z',
    '6/22/2026',
    'yesterday',
    '0000-01-01T00:00:00Z',
  ])
    t.equal(parsed({ kind: 'time' }, text), 'TIME_INVALID', text)
  t.end()
})

t.test('a date is the day that is written, whatever the time behind it', t => {
  for (const text of ['1980-05-06', '1980-05-06T00:00:00Z', '1980-05-06T23:00:00-05:00'])
    t.equal(parsed({ kind: 'date' }, text), '1980-05-06')
  t.equal(parsed({ kind: 'date' }, '1980-05-32'), 'TIME_INVALID')
  t.end()
})

t.test('any moment comes back from its text', t => {
  fc.assert(
    fc.property(
      fc.date({ noInvalidDate: true, min: new Date('0001-01-01'), max: new Date('9999-12-31') }),
      date => {
        const text = date.toISOString()
        t.equal(parsed({ kind: 'time' }, text), text.replace('.000Z', 'Z'))
      },
    ),
  )
  t.end()
})

t.test('local formats are read as their tokens say, and ISO beside them', t => {
  const read = (format: string, text: string, kind: 'time' | 'date' = 'time') =>
    parsed({ kind }, text, { time: timeParserOf(format) })
  t.equal(read('M/d/yyyy h:mm a', '6/22/2026 10:00 AM'), '2026-06-22T10:00:00Z')
  t.equal(read('M/d/yyyy h:mm a', '6/22/2026 12:05\u202fam'), '2026-06-22T00:05:00Z')
  t.equal(read('M/d/yyyy h:mm a', '12/1/2026 12:05 PM'), '2026-12-01T12:05:00Z')
  t.equal(read('M/d/yyyy h:mm a', '6/22/2026', 'date'), '2026-06-22')
  t.equal(read('M/d/yyyy h:mm a', '2026-06-22T01:00:00Z'), '2026-06-22T01:00:00Z')
  t.equal(read('dd.MM.yyyy HH:mm:ss', '22.06.2026 17:03:04'), '2026-06-22T17:03:04Z')
  t.equal(read('d MMM yy HH:mm XXX', '5 Jun 26 08:00 +02:00'), '2026-06-05T06:00:00Z')
  t.equal(read("yyyyMMdd'T'HHmmss", '20260622T101112'), '2026-06-22T10:11:12Z')
  t.equal(read('MMMM d, yyyy', 'June 5, 1999'), '1999-06-05T00:00:00Z')
  for (const text of ['13/1/2026 1:00 AM', '6/31/2026 1:00 AM', '6/1/2026 13:00 AM', '6.1.2026'])
    t.equal(read('M/d/yyyy h:mm a', text), 'TIME_INVALID', text)
  t.end()
})

t.test('a format that cannot tell a day is refused', t => {
  for (const format of [
    '',
    'yyyy',
    'M/d',
    'M/d/yyyy h:mm',
    'M/d/yyyy HH:mm a',
    'd/d/M/yyyy',
    'Q yyyy M d',
  ])
    t.throws(() => timeParserOf(format), { code: 'DATE_FORMAT_INVALID', exit: 2 }, format)
  t.end()
})
