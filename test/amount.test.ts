import t from 'tap'
import { amount, count } from '../src/amount.ts'

t.test('numbers have their thousands parted, and one is not many', t => {
  t.equal(count(1_234_567), '1,234,567')
  t.same(
    [0, 1, 2_000].map(value => amount(value, 'row')),
    ['0 rows', '1 row', '2,000 rows'],
  )
  t.equal(amount(2, 'currency', 'currencies'), '2 currencies')
  t.end()
})
