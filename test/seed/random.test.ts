import fc from 'fast-check'
import t from 'tap'
import { guidOf, keyOf, Random } from '../../src/seed/random.ts'
import { rankingOf } from '../../src/seed/ranking.ts'

t.test('two rows of a table never share a GUID, and every GUID looks like one', t => {
  const key = keyOf(1, 'contact')
  const guids = new Set<string>()
  for (let index = 0; index < 50_000; index++) guids.add(guidOf(key, index))
  t.equal(guids.size, 50_000)
  const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
  t.same(
    [...guids].filter(guid => !shape.test(guid)),
    [],
  )
  t.end()
})

t.test('a ranking gives every index a rank of its own, and finds the index again', t => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3_000 }), fc.integer(), (n, key) => {
      const ranking = rankingOf(n, new Random(key, 0))
      const ranks = Array.from({ length: n }, (_, index) => ranking.rankOf(index))
      t.equal(new Set(ranks).size, n)
      t.ok(ranks.every(rank => rank >= 0 && rank < n))
      t.ok(ranks.every((rank, index) => ranking.indexAt(rank) === index))
    }),
    { numRuns: 30 },
  )
  t.end()
})

t.test('chance keeps to its share and its bounds', t => {
  const random = new Random(keyOf(1, 'test'), 0)
  const draws = Array.from({ length: 10_000 }, () => random.below(10))
  t.same([...new Set(draws)].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  const heads = Array.from({ length: 10_000 }, () => random.chance(0.3)).filter(Boolean).length
  t.ok(heads > 2_800 && heads < 3_200, `${heads} of 3000`)
  t.end()
})

t.test('other seeds, other keys', t => {
  const seeds = [0, 1, 2, -1, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER]
  t.equal(new Set(seeds.map(seed => keyOf(seed, 'contact'))).size, seeds.length)
  t.not(keyOf(1, 'contact'), keyOf(1, 'account'))
  t.end()
})
