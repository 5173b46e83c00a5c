import { createHash } from 'node:crypto'
import { deepEqual } from 'node:assert/strict'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { parse } from 'csv-parse/sync'
import t from 'tap'
import { defuse, undefuse } from '../../src/csv/field.ts'
import { openCsv, type CsvOptions } from '../../src/csv/write.ts'
import { freshFolder } from '../support/database.ts'

type Rows = Parameters<Awaited<ReturnType<typeof openCsv>>['write']>[0]

async function written(folder: string, columns: string[], rows: Rows, options?: CsvOptions) {
  const path = join(folder, 'x.csv')
  const file = await openCsv(path, columns, options)
  await file.write(rows)
  const summary = await file.finish()
  return { path, summary, bytes: readFileSync(path) }
}

t.test('fields that hold separators, quotes or line breaks are quoted, and no others', async t => {
  const rows = [
    ['a,b', 'a"b', 'a\nb', 'a\rb', 'a;b'],
    [null, '', 0, true, false],
  ]
  const { bytes } = await written(freshFolder(t), ['1', '2', '3', '4', '5'], rows)
  t.equal(bytes.toString(), '1,2,3,4,5\r\n"a,b","a""b","a\nb","a\rb",a;b\r\n,,0,true,false\r\n')
})

t.test('any text is read back by another parser', async t => {
  const folder = freshFolder(t)
  const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é', "'", '=') })
  await t.resolves(
    fc.assert(
      fc.asyncProperty(fc.array(fc.array(text, { minLength: 2, maxLength: 2 })), async rows => {
        const { bytes } = await written(folder, ['x', 'y'], rows)
        deepEqual(parse(bytes, { record_delimiter: '\r\n' }), [['x', 'y'], ...rows])
      }),
      { numRuns: 100 },
    ),
  )
})

t.test(
  'the only field of a row is quoted when it is empty, for an empty line is no row',
  async t => {
    const { bytes } = await written(freshFolder(t), ['a'], [[null], ['x'], ['']])
    t.equal(bytes.toString(), 'a\r\n""\r\nx\r\n""\r\n')
  },
)

t.test('for a spreadsheet there is a BOM, and what begins like a formula is defused', async t => {
  const rows = [['=1+1', '+1', '-1', '@x', '\tx', "'=x", "'tis", -5]]
  const { bytes } = await written(freshFolder(t), ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], rows, {
    excel: true,
  })
  t.equal(bytes.toString(), "\uFEFFa,b,c,d,e,f,g,h\r\n'=1+1,'+1,'-1,'@x,'\tx,''=x,'tis,'-5\r\n")
})

t.test('defusing is taken back exactly, whatever the text', t => {
  const text = fc.string({ unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', 'a') })
  fc.assert(
    fc.property(text, text => {
      t.notMatch(defuse(text), /^[=+\-@\t\r]/)
      t.equal(undefuse(defuse(text)), text)
    }),
  )
  t.end()
})

t.test('rows, bytes and SHA-256 are those of the file', async t => {
  for (const gzip of [false, true]) {
    const { bytes, summary } = await written(freshFolder(t), ['a'], [['é'], ['y']], { gzip })
    t.same(summary, {
      rows: 2,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    })
    t.equal((gzip ? gunzipSync(bytes) : bytes).toString(), 'a\r\né\r\ny\r\n')
  }
})

t.test('the same rows give the same bytes, compressed too', async t => {
  const one = await written(freshFolder(t), ['a'], [['x']], { gzip: true })
  const two = await written(freshFolder(t), ['a'], [['x']], { gzip: true })
  t.ok(one.bytes.equals(two.bytes))
})

t.test(
  'a file appears under its name only when it is whole, and only its owner may read it',
  async t => {
    const path = join(freshFolder(t), 'x.csv')
    const file = await openCsv(path, ['a'])
    for (let i = 0; i < 200; i++)
      await file.write(Array.from({ length: 100 }, () => ['x'.repeat(50)]))
    t.notOk(existsSync(path))
    const summary = await file.finish()
    t.equal(statSync(path).size, summary.bytes)
    t.equal(statSync(path).mode & 0o777, 0o600)
    t.notOk(existsSync(`${path}.part`))
  },
)

t.test('an abandoned file leaves nothing', async t => {
  const path = join(freshFolder(t), 'x.csv')
  const file = await openCsv(path, ['a'])
  await file.write([['x']])
  await file.abandon()
  t.notOk(existsSync(path))
  t.notOk(existsSync(`${path}.part`))
})

t.test('a leftover of a killed run is no hindrance', async t => {
  const folder = freshFolder(t)
  await openCsv(join(folder, 'x.csv'), ['a'])
  const { bytes } = await written(folder, ['b'], [['y']])
  t.equal(bytes.toString(), 'b\r\ny\r\n')
})

t.test('a folder that is not there is told', async t => {
  await t.rejects(openCsv(join(freshFolder(t), 'no', 'x.csv'), ['a']), { code: 'FILE_UNWRITABLE' })
})

t.test('a file that was given up takes no more rows', async t => {
  const file = await openCsv(join(freshFolder(t), 'x.csv'), ['a'])
  await file.abandon()
  await t.rejects(file.write([['x'.repeat(100_000)]]), { code: 'FILE_UNWRITABLE' })
  await t.rejects(file.finish(), { code: 'FILE_UNWRITABLE' })
})
