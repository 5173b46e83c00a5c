import type { Database } from '../database/database.ts'
import { P2cError } from '../errors.ts'

/** How a piece of work is done, divided, and given up, when the database may refuse rows of it. */
export interface Attempt<Piece, Done> {
  /** Does a piece, all of it or nothing. */
  readonly doPiece: (piece: Piece) => Promise<Done>
  /** Its two halves, in their order; null where it is a single row. */
  readonly halve: (piece: Piece) => Promise<readonly [Piece, Piece] | null>
  /** Sets a single row aside, with the database's error. */
  readonly reject: (piece: Piece, error: unknown) => Promise<Done>
}

/**
 * Does a piece of work. Where the database refuses a row of it, does its halves, and theirs, down
 * to the rows that are wrong, and sets these aside; halves, too, where others write the same rows again
 * and again. Yields what was done, piece by piece.
 */
export async function* quarantined<Piece, Done>(
  db: Database,
  piece: Piece,
  attempt: Attempt<Piece, Done>,
): AsyncGenerator<Done, void, void> {
  const open = [piece]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    try {
      yield await attempt.doPiece(next)
    } catch (error) {
      const isRefused = db.dialect.faultOf(error) === 'row'
      if (!isRefused && !db.dialect.isContested(error)) throw error
      const halves = await attempt.halve(next)
      if (halves) open.push(halves[1], halves[0])
      else if (isRefused) yield await attempt.reject(next, error)
      else throw error
    }
  }
}

/** How many rows the database may refuse before the work stops: this many, or one in a hundred. */
const tolerated = { rows: 100, share: 1 / 100 }

/** The error with which work stops when the database refused more than max(100, 1 %) of the rows. */
export function tooManyRejects(
  step: string,
  { refused, total, where, next }: Refusals,
): P2cError | null {
  const most = Math.max(tolerated.rows, Math.floor(total * tolerated.share))
  if (refused <= most) return null
  return new P2cError('TOO_MANY_REJECTS', {
    what: `the database refuses too many rows in ${step}`,
    must: `at most ${most} of ${total}`,
    found: `${refused}; they stand in ${where} with the database's message`,
    next,
  })
}

export interface Refusals {
  readonly refused: number
  readonly total: number
  /** The table in which they stand. */
  readonly where: string
  /** What to do. */
  readonly next: string
}
