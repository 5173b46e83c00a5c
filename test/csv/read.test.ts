import { deepEqual } from 'node:assert/strict'
import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { parse } from 'csv-parse/sync'
import t from 'tap'
import { openCsvSource, type CsvRecord } from '../../src/csv/read.ts'
import { openCsv } from '../../src/csv/write.ts'
import { freshFolder } from '../support/database.ts'

const bom = '\uFEFF'

async function read(path: string): Promise<CsvRecord[]> {
  const records: CsvRecord[] = []
  for await (const chunk of (await openCsvSource(path)).records()) records.push(...chunk)
  return records
}

function file(t: Tap, content: string | Buffer, name = 'x.csv'): string {
  const path = join(freshFolder(t), name)
  writeFileSync(path, content)
  return path
}

type Tap = Parameters<typeof freshFolder>[0]

const valuesOf = (records: readonly CsvRecord[]) => records.map(record => record.values)
const linesOf = (records: readonly CsvRecord[]) => records.map(record => record.line)
const codesOf = (records: readonly CsvRecord[]) => records.map(record => record.problem?.code)

t.test('LF, CRLF and CR part records, and empty lines are none', async t => {
  for (const end of ['\n', '\r\n', '\r']) {
    const path = file(t, ['a,b', '1,2', '', '3,"4"', '5,6'].join(end))
    const records = await read(path)
    t.same(valuesOf(records), [
      ['1', '2'],
      ['3', '4'],
      ['5', '6'],
    ])
    t.same(linesOf(records), [2, 4, 5])
  }
})

t.test('comma, semicolon and tab are found out from the header, quotes minded', async t => {
  for (const [delimiter, other] of [
    [',', ';'],
    [';', ','],
    ['\t', ','],
  ] as const) {
    const source = await openCsvSource(
      file(t, `"a${other}${other}${other}"${delimiter}b\n1${delimiter}2`),
    )
    t.equal(source.delimiter, delimiter)
    t.same(source.header, [`a${other.repeat(3)}`, 'b'])
  }
})

t.test('line breaks, quotes and delimiters inside quotes are data', async t => {
  const records = await read(file(t, 'a,b\r\n"x\r\ny\nz","1"",2"\r\nlast,row'))
  t.same(valuesOf(records), [
    ['x\r\ny\nz', '1",2'],
    ['last', 'row'],
  ])
  t.same(linesOf(records), [2, 5])
  t.equal(records[0]?.raw, '"x\r\ny\nz","1"",2"')
})

t.test('UTF-8 and UTF-16 of both kinds are read, with a BOM or without', async t => {
  const text = 'name,b\nGrüße 😀,"é\n"'
  const little = (text: string) => Buffer.from(text, 'utf16le')
  for (const content of [
    Buffer.from(text),
    Buffer.from(bom + text),
    little(text),
    little(bom + text),
    little(text).swap16(),
    little(bom + text).swap16(),
  ]) {
    const source = await openCsvSource(file(t, content))
    t.equal(source.header[0], 'name')
    t.same(valuesOf(await read(source.path)), [['Grüße 😀', 'é\n']])
  }
})

t.test('a packed file is read like any other', async t => {
  const path = file(t, gzipSync('a,b\n1,2\n'), 'x.csv.gz')
  t.same(valuesOf(await read(path)), [['1', '2']])
})

t.test('a packed file that is cut off is told, with its name', async t => {
  const packed = gzipSync(`a,b\n${'1,2\n'.repeat(1000)}`)
  const path = file(t, packed.subarray(0, packed.length - 6), 'x.csv.gz')
  await t.rejects(read(path), { code: 'CSV_UNREADABLE', exit: 2, message: /x\.csv\.gz/ })
})

t.test('a stray quotation mark costs its own line only', async t => {
  const path = file(t, 'a,b\n1,5" pipe\n2,x\n3,"open\n4,y\n5,"q"uote\n6,z\n7,6" pipe\n8,"ok\nay"')
  const records = await read(path)
  t.same(linesOf(records), [2, 3, 4, 5, 6, 7, 8, 9])
  t.same(codesOf(records), [
    'QUOTING_BROKEN',
    undefined,
    'QUOTING_BROKEN',
    undefined,
    'QUOTING_BROKEN',
    undefined,
    'QUOTING_BROKEN',
    undefined,
  ])
  t.equal(records[0]?.problem?.column, 'b')
  t.equal(records[0]?.raw, '1,5" pipe')
  t.same(records[7]?.values, ['8', 'ok\nay'])
})

t.test('an open quotation mark at the end costs its own line only', async t => {
  const records = await read(file(t, 'a,b\n1,"x\n2,y\n3,z'))
  t.same(codesOf(records), ['QUOTING_BROKEN', undefined, undefined])
})

t.test('too few or too many fields are told', async t => {
  const records = await read(file(t, 'a,b\n1\n1,2,3\n"1"\n1,2'))
  t.same(codesOf(records), [
    'FIELD_COUNT_WRONG',
    'FIELD_COUNT_WRONG',
    'FIELD_COUNT_WRONG',
    undefined,
  ])
})

t.test('bytes that are no text are named, never replaced, and the row stays readable', async t => {
  const latin = Buffer.from('a,b\n1,Grüße\n2,"Grüße"\n', 'latin1')
  const path = file(t, Buffer.concat([latin, Buffer.from('3,Grüße \uFFFD\n4,x')]))
  const records = await read(path)
  t.same(codesOf(records), ['ENCODING_INVALID', 'ENCODING_INVALID', undefined, undefined])
  t.equal(records[0]?.raw, '1,Grüße')
  t.same(records[2]?.values, ['3', 'Grüße \uFFFD'])
})

t.test('a lone surrogate or half a character in UTF-16 is no text', async t => {
  const text = Buffer.from(`${bom}a,b\n1,\uD800x\n2,y`, 'utf16le')
  t.same(codesOf(await read(file(t, text))), ['ENCODING_INVALID', undefined])
  const half = await read(file(t, Buffer.concat([text, Buffer.from([0xe9])])))
  t.same(codesOf(half), ['ENCODING_INVALID', 'ENCODING_INVALID'])
})

t.test('a header that cannot be read is refused', async t => {
  for (const header of ['a,"b', 'a,b"c', Buffer.from('Größe,b', 'latin1')])
    await t.rejects(openCsvSource(file(t, header)), { code: 'CSV_HEADER_INVALID', exit: 2 })
})

t.test('an empty file, a missing one and a folder are refused', async t => {
  for (const content of ['', bom, '\n\n'])
    await t.rejects(openCsvSource(file(t, content)), { code: 'CSV_EMPTY', exit: 2 })
  await t.rejects(openCsvSource(join(freshFolder(t), 'no.csv')), { code: 'CSV_UNREADABLE' })
  await t.rejects(openCsvSource(freshFolder(t)), { code: 'CSV_UNREADABLE' })
})

t.test('a file with nothing but a header has no records', async t => {
  t.same(await read(file(t, 'a,b\r\n')), [])
})

t.test('a file that is no CSV ends with an error, not with the memory', async t => {
  const path = file(t, Buffer.alloc(5 * 1024 * 1024, 'x'))
  await t.rejects(read(path), { code: 'CSV_LINE_TOO_LONG', message: /x\.csv/ })
})

t.test('records are whole wherever the pieces of a large file end', async t => {
  const rows = Array.from({ length: 6_000 }, (_, i) => [
    `${i}`,
    `ü😀${'x'.repeat(i % 37)}`,
    'a\r\nb',
  ])
  const path = join(freshFolder(t), 'x.csv')
  const out = await openCsv(path, ['n', 'b', 'c'])
  await out.write(rows)
  await out.finish()
  t.same(valuesOf(await read(path)), rows)
})

t.test('what is written is read back, whatever the text', async t => {
  const folder = freshFolder(t)
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', '\r', ' ', '\t', "'", '=', '😀') }),
    fc.string({ unit: 'grapheme' }),
  )
  const options = fc.record({ gzip: fc.boolean() })
  await t.resolves(
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(text, text, text), { maxLength: 8 }),
        options,
        async (rows, options) => {
          const path = join(folder, options.gzip ? 'x.csv.gz' : 'x.csv')
          const out = await openCsv(path, ['x', 'y', 'z'], options)
          await out.write(rows)
          await out.finish()
          deepEqual(valuesOf(await read(path)), rows)
        },
      ),
      { numRuns: 100 },
    ),
  )
})

t.test('well-formed text is taken apart as csv-parse takes it apart', async t => {
  const folder = freshFolder(t)
  const path = join(folder, 'x.csv')
  const bare = fc.string({ unit: fc.constantFrom('a', ' ', "'", 'é'), maxLength: 4 })
  const quoted = fc
    .string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r\n'), maxLength: 5 })
    .map(text => `"${text.replaceAll('"', '""')}"`)
  const field = fc.oneof(bare, quoted)
  const line = fc.tuple(field, field).map(fields => fields.join(','))
  await t.resolves(
    fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1 }), async lines => {
        writeFileSync(path, `x,y\n${lines.join('\n')}`)
        deepEqual(valuesOf(await read(path)), parse(lines.join('\n'), { record_delimiter: '\n' }))
      }),
      { numRuns: 100 },
    ),
  )
})

t.test('no text is lost: every line that is not empty is in a record', async t => {
  const path = join(freshFolder(t), 'x.csv')
  const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n'), maxLength: 40 })
  await t.resolves(
    fc.assert(
      fc.asyncProperty(text, async text => {
        writeFileSync(path, `x,y\n${text}`)
        const records = await read(path)
        const raws = records.flatMap(record => record.raw.split('\n')).filter(line => line !== '')
        deepEqual(
          raws,
          text.split('\n').filter(line => line !== ''),
        )
      }),
      { numRuns: 200 },
    ),
  )
})
