import type { Database } from '../database/database.ts'
import { raw, sql, type Sql } from '../domain/sql.ts'
import { highestOf, numbersExhausted, parseFormat, type NumberFormat } from './format.ts'

export type SequenceName = 'account' | 'contact'

/** The configured format of a sequence. */
export function formatOf(db: Database, sequence: SequenceName): NumberFormat {
  const { alphabet } = db.config.numbering
  return parseFormat(db.config.numbering[sequence].format, alphabet)
}

/**
 * The number that the next row would get: behind the seed, behind all that was ever given, and
 * behind every number of the format that a row has already.
 *
 * @param kept a query for the numbers that rows have, in a column called `number`
 */
export async function nextNumber(
  db: Database,
  sequence: SequenceName,
  kept: Sql | null,
): Promise<number> {
  const format = formatOf(db, sequence)
  const next = Math.max(db.config.numbering[sequence].seed, await persisted(db, sequence))
  if (kept === null) return next
  const highest = await db.row<{ highest: number | null }>(
    sql`SELECT max(${db.dialect.sequenceNumber(format, raw('kept.number'))}) AS highest FROM (${kept}) AS kept`,
  )
  return Math.max(next, Number(highest?.highest ?? -1) + 1)
}

/**
 * Takes a block of numbers for good; call it in the transaction that uses them.
 *
 * @returns the first number, which is `first` unless others took numbers meanwhile
 * @throws P2cError NUMBERS_EXHAUSTED where the last one would be too long
 */
export async function takeBlock(
  db: Database,
  sequence: SequenceName,
  first: number,
  count: number,
): Promise<number> {
  const format = formatOf(db, sequence)
  ensureRoom(format, first, count)
  const taken = await db.dialect.sequences.takeBlock(db, sequence, first, count)
  ensureRoom(format, taken, count)
  return taken
}

/** @throws P2cError NUMBERS_EXHAUSTED where a block does not fit below the highest number */
export function ensureRoom(format: NumberFormat, first: number, count: number): void {
  const last = first + count - 1
  if (count > 0 && last > highestOf(format)) throw numbersExhausted(format, last)
}

async function persisted(db: Database, sequence: SequenceName): Promise<number> {
  if (!(await db.dialect.describeTable(db, 'p2c_number_sequence'))) return 0
  return db.dialect.sequences.next(db, sequence)
}
