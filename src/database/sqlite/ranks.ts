import { empty, sql, textOf, type Sql } from '../../domain/sql.ts'
import { numberer } from '../../numbering/format.ts'
import type { Database } from '../database.ts'
import type { RankedRows, Ranks } from '../ranks.ts'
import type { SqliteDatabase } from './open.ts'

/**
 * Ranks of rowids in memory, four bytes a row, and a function that makes their numbers: a third of
 * the time that temporary tables take.
 */
export function ranksInMemory(db: SqliteDatabase, ranked: RankedRows): Ranks {
  const ordinals = new Ordinals()
  const rows = db.handle.prepare<[], number>(textOf(placesOf(ranked))).pluck()
  let count = 0
  for (const place of rows.iterate()) ordinals.set(place, ++count)
  return {
    count,
    joinAt: () => empty,
    numberOf: (format, first, place) => {
      const make = numberer(format)
      db.handle.function('p2c_ranked_number', { deterministic: false }, place => {
        const ordinal = ordinals.get(Number(place))
        return ordinal === null ? null : make(first - 1 + ordinal)
      })
      return sql`p2c_ranked_number(${place})`
    },
    forget: () => {
      ordinals.clear()
      return Promise.resolve()
    },
  }
}

/** The places in their order. */
function placesOf({ place, from, order }: RankedRows): Sql {
  return sql`SELECT ${place} FROM ${from} ORDER BY ${order}`
}

/** Ranks in temporary tables: p2c_order by ordinal, p2c_rank the same by place. */
export async function ranksInTables(db: Database, ranked: RankedRows): Promise<Ranks> {
  const { type } = ranked
  await db.script(
    [
      sql`CREATE TEMPORARY TABLE p2c_order (ordinal ${db.dialect.countingKey}, place ${type} NOT NULL)`,
      // Without its type the place would compare as another type, and no look-up would use the key.
      sql`CREATE TEMPORARY TABLE p2c_rank (place ${type} NOT NULL PRIMARY KEY, ordinal integer NOT NULL)`,
    ]
      .map(textOf)
      .join(';\n'),
  )
  await db.change(sql`INSERT INTO p2c_order (place) ${placesOf(ranked)}`)
  const count = await db.change(
    sql`INSERT INTO p2c_rank SELECT place, ordinal FROM p2c_order ORDER BY place`,
  )
  return {
    count,
    joinAt: place => sql`LEFT JOIN p2c_rank AS k ON k.place = ${place}`,
    numberOf: (format, first) => db.dialect.numberText(db, format, sql`${first - 1} + k.ordinal`),
    forget: () => db.script('DROP TABLE p2c_order; DROP TABLE p2c_rank'),
  }
}

const blockLength = 256

/** Ordinals by place, in blocks, since rowids are near one another but may begin anywhere. */
class Ordinals {
  readonly #blocks = new Map<number, Uint32Array>()

  set(place: number, ordinal: number): void {
    const number = Math.floor(place / blockLength)
    let block = this.#blocks.get(number)
    if (!block) this.#blocks.set(number, (block = new Uint32Array(blockLength)))
    block[place - number * blockLength] = ordinal
  }

  /** null where there is none. */
  get(place: number): number | null {
    const number = Math.floor(place / blockLength)
    const ordinal = this.#blocks.get(number)?.[place - number * blockLength]
    return ordinal === undefined || ordinal === 0 ? null : ordinal
  }

  clear(): void {
    this.#blocks.clear()
  }
}
