import t from 'tap'
import { byHash, numberText } from '../../../src/database/postgres/number-text.ts'
import { raw, sql } from '../../../src/domain/sql.ts'
import { parseFormat } from '../../../src/numbering/format.ts'
import { freshDatabase } from '../../support/database.ts'

const rows = 21_000
const alphabet = 'BCDFGHJKLMNPQRSTVWXYZ'

t.test(
  'letters drawn by hash are each as frequent at each place, and others with another seed',
  async t => {
    const db = await freshDatabase(t, 'postgres')
    const format = parseFormat('{SEQNUM:5}{RANDSTRING:6}', alphabet)
    const lettersOf = async (seed: number) => {
      const sequence = sql`CAST(n AS bigint)`
      const text = numberText(format, sequence, byHash(sequence, seed))
      const found = await db.rows<{ letters: string }>(
        sql`SELECT right(${text}, 6) AS letters FROM generate_series(1, ${raw(String(rows))}) AS n ORDER BY n`,
      )
      return found.map(({ letters }) => letters)
    }
    const [one, other] = [await lettersOf(1), await lettersOf(7)]
    for (let place = 0; place < 6; place++)
      for (const letter of alphabet) {
        const times = one.filter(letters => letters[place] === letter).length
        t.ok(times > 800 && times < 1_200, `${letter} at place ${place}: ${times} of ${rows}`)
      }
    t.ok(new Set(one).size > rows - 20)
    t.ok(one.filter((letters, i) => letters === other[i]).length < 5)
  },
)
