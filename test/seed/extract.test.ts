import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import t from 'tap'
import { loadConfig } from '../../src/config.ts'
import { salesTables } from '../../src/domain/sales.ts'
import { finish } from '../../src/events.ts'
import { seedExtract } from '../../src/seed/extract.ts'
import { completeOptions } from '../../src/seed/options.ts'
import { sampleTables } from '../../src/seed/sample.ts'
import { freshFolder } from '../support/database.ts'

const config = loadConfig({ file: false })

t.test('an extract has the five files, with the values that a database would get', async t => {
  const out = join(freshFolder(t), 'new', 'extract')
  const { files } = await finish(seedExtract(config, { out, contacts: 300 }))
  t.same(readdirSync(out).sort(), salesTables.map(table => `${table.file}.csv`).sort())
  for (const sample of sampleTables(config, completeOptions({ contacts: 300 }))) {
    const name = `${sample.table.file}.csv`
    const [header, ...rows] = parse(readFileSync(join(out, name), 'utf8'))
    t.same(
      header,
      sample.columns.map(column => column.name),
    )
    const wanted = Array.from({ length: sample.rows }, (_, index) =>
      sample.row(index).map(value => (value === null ? '' : String(value))),
    )
    t.same(rows, wanted)
    t.equal(files.find(file => file.name === name)?.rows, sample.rows)
  }
})

t.test('the same seed gives the same bytes, another seed others', async t => {
  const hashes = async (seed: number) => {
    const { files } = await finish(seedExtract(config, { out: freshFolder(t), seed, contacts: 50 }))
    return files.map(file => file.sha256)
  }
  t.same(await hashes(1), await hashes(1))
  t.notSame(await hashes(1), await hashes(2))
})

t.test('a compressed extract holds the same', async t => {
  const [plain, packed] = [freshFolder(t), freshFolder(t)]
  await finish(seedExtract(config, { out: plain, contacts: 50 }))
  await finish(seedExtract(config, { out: packed, contacts: 50, gzip: true }))
  t.equal(
    gunzipSync(readFileSync(join(packed, 'contacts.csv.gz'))).toString(),
    readFileSync(join(plain, 'contacts.csv'), 'utf8'),
  )
})

t.test('whoever stops halfway finds whole files only', async t => {
  const out = freshFolder(t)
  for await (const event of seedExtract(config, { out, contacts: 3_000 }))
    if (event.type === 'progress' && event.step === 'contacts') break
  t.same(readdirSync(out), ['accounts.csv'])
})

t.test('a place that cannot be written to is named', async t => {
  const file = join(freshFolder(t), 'file')
  writeFileSync(file, '')
  await t.rejects(finish(seedExtract(config, { out: join(file, 'in') })), {
    code: 'FILE_UNWRITABLE',
  })
})
