import t from 'tap'
import { loadConfig } from '../../src/config.ts'
import { completeOptions, type SeedOptions } from '../../src/seed/options.ts'
import { sampleTables } from '../../src/seed/sample.ts'

const config = loadConfig({ file: false })

/** For each table, which values of `createdon` are no older than the one before. */
const inOrder = (options: SeedOptions) =>
  sampleTables(config, completeOptions({ contacts: 1_000, ...options })).map(sample => {
    const column = sample.columns.findIndex(({ name }) => name === 'createdon')
    const times = Array.from({ length: sample.rows }, (_, i) => sample.row(i)[column] ?? null)
    const known = times.filter(time => time !== null).map(String)
    return known.filter((time, i) => time >= (known[i - 1] ?? '')).length / known.length
  })

t.test('age has nothing to do with the place in the table, unless that is asked for', t => {
  t.same(inOrder({ sortedCreatedOn: true }), [1, 1, 1, 1, 1])
  for (const share of inOrder({})) t.ok(share > 0.4 && share < 0.6, `${share} in order`)
  t.end()
})

t.test('times are moments between 2015 and 2026, changed after they were made', t => {
  const moment = /^20(1[5-9]|2[0-6])-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\dZ$/
  for (const sample of sampleTables(config, completeOptions({ contacts: 500 }))) {
    const at = (name: string) => sample.columns.findIndex(column => column.name === name)
    for (let index = 0; index < sample.rows; index++) {
      const row = sample.row(index)
      const [created, modified] = [row[at('createdon')] ?? null, row[at('modifiedon')] ?? null]
      t.match(modified, moment)
      if (created === null) continue
      t.match(created, moment)
      t.ok(String(created) <= String(modified))
      t.equal(new Date(String(created)).toISOString().slice(0, 19), String(created).slice(0, 19))
    }
  }
  t.end()
})

t.test('nothing is longer than its column, but for the oddities', t => {
  for (const sample of sampleTables(config, completeOptions({ contacts: 500 })))
    for (let index = 0; index < sample.rows; index++)
      for (const [i, value] of sample.row(index).entries()) {
        const column = sample.columns[i]
        if (column?.type.kind === 'text' && typeof value === 'string')
          if (value.length > column.type.maxLength) t.fail(`${column.name}: ${value}`)
      }
  t.pass('all looked at')
  t.end()
})

t.test('kept numbers follow the configured format', t => {
  const oddly = loadConfig({
    options: {
      numbering: { contact: { format: 'K{DATETIMEUTC:yyMM}{SEQNUM:4}{RANDSTRING:2}', seed: 7 } },
    },
    file: false,
  })
  const [, contacts] = sampleTables(oddly, completeOptions({ oddities: ['half-numbered'] }))
  const numbers = Array.from({ length: contacts?.rows ?? 0 }, (_, i) => contacts?.row(i).at(-1))
  const kept = numbers.filter(number => typeof number === 'string')
  t.ok(kept.length > 60)
  t.equal(new Set(kept).size, kept.length, 'unique')
  const malformed = kept.filter(number => !/^K\d{8}[A-Z]{2}$/.test(number))
  t.ok(malformed.length > 0 && malformed.length < 5, `${malformed.length} malformed`)
  t.end()
})
