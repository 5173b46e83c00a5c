import t from 'tap'
import { boundsIn, partsWorth } from '../../src/sync/bounds.ts'
import { freshDatabase } from '../support/database.ts'

const keys = (n: number) => Array.from({ length: n }, (_, i) => String(i + 1).padStart(3, '0'))

t.test('rows are divided into parts of the same length', t => {
  t.same(boundsIn(keys(90), 3), ['030', '060'])
  t.same(boundsIn(keys(10), 3), ['003', '006'])
  t.end()
})

t.test('none, one, or few rows are divided as far as they go', t => {
  t.same(boundsIn([], 3), [])
  t.same(boundsIn(['001'], 3), [])
  t.same(boundsIn(keys(2), 3), ['001'])
  t.same(boundsIn(keys(90), 1), [])
  t.same(boundsIn(keys(90), 0), [])
  t.end()
})

t.test('rows that share a key are in one part', t => {
  t.same(
    boundsIn(
      Array.from({ length: 90 }, () => '001'),
      3,
    ),
    [],
  )
  t.same(boundsIn([...keys(20), ...Array.from({ length: 70 }, () => '500')], 3), [])
  t.same(boundsIn([...Array.from({ length: 70 }, () => '000'), ...keys(20)], 3), ['000'])
  t.end()
})

t.test('as many parts as workers, where each has something to do', async t => {
  const usual = await freshDatabase(t, 'sqlite')
  t.equal(partsWorth(usual, 1_000_000, 4), 4)
  t.equal(partsWorth(usual, 5_000, 4), 3)
  t.equal(partsWorth(usual, 2_000, 4), 1)
  const small = await freshDatabase(t, 'sqlite', { batch: { rows: 20 } })
  t.equal(partsWorth(small, 50, 4), 3)
})
