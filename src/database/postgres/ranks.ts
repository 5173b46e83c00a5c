import { randomInt } from 'node:crypto'
import { raw, sql, textOf } from '../../domain/sql.ts'
import type { RankedRows, Ranks } from '../ranks.ts'
import { workTable } from './list.ts'
import { byHash, numberText } from './number-text.ts'
import type { PostgresDatabase } from './open.ts'

const mostSeeds = 2 ** 47

/**
 * Ranks in a table without an index: whoever joins it whole hashes it. CREATE TABLE AS, and not INSERT,
 * since only this lets the server read and sort with several processes; and no temporary table, since only
 * the process that made it can read it.
 */
export async function ranksByWindow(
  db: PostgresDatabase,
  { place, from, order }: RankedRows,
): Promise<Ranks> {
  const count = await db.change(
    raw(
      textOf(
        sql`CREATE ${workTable(raw('p2c_rank'))} AS SELECT ${place} AS place, row_number() OVER (ORDER BY ${order}) AS ordinal FROM ${from}`,
      ),
    ),
  )
  await db.dialect.renewStatistics(db, raw('p2c_rank'))
  return {
    count,
    joinAt: at => sql`LEFT JOIN p2c_rank AS k ON k.place = ${at}`,
    numberOf: (format, first) => {
      const sequence = sql`(${raw(String(first - 1))} + k.ordinal)`
      return numberText(format, sequence, byHash(sequence, randomInt(mostSeeds)))
    },
    forget: () => db.script('DROP TABLE p2c_rank'),
  }
}
