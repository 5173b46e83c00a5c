import fc from 'fast-check'
import t from 'tap'
import { compareKeys, merge, type Pair } from '../../src/audit/merge.ts'

type Row = readonly [key: string, value: number]

// eslint-disable-next-line @typescript-eslint/require-await -- a source that is read asynchronously
async function* source(rows: readonly Row[]): AsyncGenerator<Row, void, void> {
  yield* rows
}

const keys = fc.oneof(
  fc.constantFrom('', 'a', 'b', '\uFFFD', '\u{1F600}'),
  fc.string({ unit: 'grapheme' }),
)
const ordered = fc
  .array(fc.tuple(keys, fc.nat()))
  .map(rows => [...rows].sort(([a], [b]) => compareKeys([a], [b])))

t.test('each row of both sides is met once, and pairs have the same key', async t => {
  await fc.assert(
    fc.asyncProperty(ordered, ordered, async (lefts, rights) => {
      const pairs: Pair<Row>[] = []
      for await (const pair of merge(source(lefts), source(rights), ([key]) => [key]))
        pairs.push(pair)
      const met = (side: 'left' | 'right') =>
        pairs.flatMap(pair => (pair[side] ? [pair[side]] : []))
      t.strictSame(met('left'), lefts)
      t.strictSame(met('right'), rights)
      const count = (rows: readonly Row[], key: string) => rows.filter(row => row[0] === key).length
      for (const { left, right } of pairs) {
        if (left && right) {
          if (left[0] !== right[0]) t.fail('a pair of different keys')
        } else {
          const key = (left ?? right)[0]
          const [here, there] = left ? [lefts, rights] : [rights, lefts]
          if (count(here, key) <= count(there, key)) t.fail('a row had a counterpart')
        }
      }
    }),
    { numRuns: 50 },
  )
})

t.test('keys compare as their bytes in UTF-8 do', t => {
  t.ok(compareKeys(['\u{1F600}'], ['\uFFFD']) > 0)
  t.ok(compareKeys(['a', 'b'], ['a', 'c']) < 0)
  t.equal(compareKeys(['a', 'b'], ['a', 'b']), 0)
  t.end()
})
