import fc from 'fast-check'
import t from 'tap'
import { nextPace, type Batch } from '../../src/backfill/pace.ts'

const aim = 250
const steady = (rows: number, millis: number, count = 10): Batch[] =>
  Array.from({ length: count }, () => ({ rows, millis }))

t.test('the first batch is of a middling size', t => {
  t.same(nextPace([], aim), { rows: 2_000, slowed: null })
  t.end()
})

t.test('a fixed size is never changed', t => {
  t.same(nextPace(steady(10, 60_000), aim, 7), { rows: 7, slowed: null })
  t.end()
})

t.test('it goes for the aim, growing by at most half', t => {
  t.equal(nextPace(steady(2_000, 10), aim).rows, 3_000)
  t.equal(nextPace(steady(2_000, 200), aim).rows, 2_500)
  t.equal(nextPace([{ rows: 50, millis: 1, asked: 2_000 }], aim).rows, 3_000, 'there was no more')
  t.equal(nextPace(steady(2_000, 250), aim).rows, 2_000)
  t.equal(nextPace(steady(2_000, 500), aim).rows, 1_000)
  t.end()
})

t.test('one slow batch of ten is let pass, two are not', t => {
  const slow: Batch = { rows: 2_000, millis: 1_000 }
  t.equal(nextPace([slow, ...steady(2_000, 250, 9)], aim).rows, 2_000)
  t.equal(nextPace([slow, slow, ...steady(2_000, 250, 8)], aim).rows, 500)
  t.equal(
    nextPace([slow, slow, ...steady(2_000, 250)], aim).rows,
    2_000,
    'older ones are forgotten',
  )
  t.end()
})

t.test('after a batch of five times the aim it falls to a tenth, and says why', t => {
  t.same(nextPace([...steady(2_000, 250), { rows: 2_000, millis: 1_251 }], aim), {
    rows: 200,
    slowed: 'the last batch took 1.3 s',
  })
  t.same(nextPace(steady(2_000, 1_250), aim), { rows: 400, slowed: null })
  t.end()
})

t.test('a batch has from 100 to 20,000 rows, whatever was measured', t => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ rows: fc.nat(50_000), millis: fc.double({ min: 0, max: 1e6, noNaN: true }) }),
      ),
      batches => {
        const { rows } = nextPace(batches, aim)
        const last = batches.at(-1)
        return (
          Number.isInteger(rows) &&
          rows >= 100 &&
          rows <= 20_000 &&
          (last === undefined || rows <= Math.max(100, Math.round(last.rows * 1.5)))
        )
      },
    ),
  )
  t.equal(nextPace(steady(20_000, 1), aim).rows, 20_000)
  t.equal(nextPace(steady(100, 1_200), aim).rows, 100)
  t.end()
})
