import type { Database } from '../database/database.ts'
import { literal, sql, type Sql } from '../domain/sql.ts'
import { lengthOf, type Range } from './range.ts'

/** Stretches so long that they cost nothing, and so short that every worker finds some. */
const stretchRows = 500

/** Puts the positions of a new part of a plan up to be done, in stretches. */
export async function addClaims(db: Database, migration: string, range: Range): Promise<void> {
  if (lengthOf(range) < 1) return
  const [first, last] = [literal(range.first), literal(range.last)]
  const length = literal(Math.min(stretchRows, db.config.batch.rows ?? stretchRows))
  await db.change(
    sql`INSERT INTO p2c_claim (migration, first_position, last_position)
      WITH RECURSIVE stretch (first_position) AS (
        SELECT CAST(${first} AS bigint)
        UNION ALL SELECT first_position + ${length} FROM stretch WHERE first_position + ${length} <= ${last}
      )
      SELECT ${migration}, first_position, CASE WHEN first_position + ${length} <= ${last} THEN first_position + ${length} - 1 ELSE ${last} END FROM stretch`,
  )
}

/**
 * The first positions that nobody has done or is doing, at most so many and without a hole: whole
 * stretches where one fits, since what is left of one is a small batch for somebody. Only `take`
 * makes them one's own. null where there are none now: what others are doing may yet come back.
 */
export async function findFree(
  db: Database,
  migration: string,
  rows: number,
): Promise<Range | null> {
  const most = Math.ceil(rows / stretchRows) + 1
  const found = await claims(db, sql`migration = ${migration}`, most)
  const free = joined(found)
  if (!free) return null
  const last = free.first + rows - 1
  const wholes = found.filter(claim => claim.last <= Math.min(last, free.last))
  return { first: free.first, last: wholes.at(-1)?.last ?? Math.min(last, free.last) }
}

/**
 * Takes positions of a range until the transaction ends: those from the first free one to the next
 * that is not. With its commit they are done; where it fails they are free again.
 *
 * @returns what was taken; null where others were faster
 */
export async function take(db: Database, migration: string, wanted: Range): Promise<Range | null> {
  const overlaps = sql`migration = ${migration} AND first_position <= ${wanted.last} AND last_position >= ${wanted.first}`
  const free = joined(await claims(db, overlaps, lengthOf(wanted)))
  if (!free) return null
  const taken = {
    first: Math.max(free.first, wanted.first),
    last: Math.min(free.last, wanted.last),
  }
  await db.change(
    sql`DELETE FROM p2c_claim WHERE migration = ${migration} AND first_position BETWEEN ${free.first} AND ${taken.last}`,
  )
  const rests = [
    { first: free.first, last: taken.first - 1 },
    { first: taken.last + 1, last: free.last },
  ]
  for (const { first, last } of rests.filter(rest => lengthOf(rest) > 0))
    await db.change(
      sql`INSERT INTO p2c_claim (migration, first_position, last_position) VALUES (${migration}, ${first}, ${last})`,
    )
  return taken
}

/** How far a backfill is, whoever works on it. */
export interface Stand {
  readonly done: number
  readonly total: number
  /** Stretches that are not done. */
  readonly claims: number
}

/** Where a backfill stands; all zero where it has no plan. */
export async function standOf(db: Database, migration: string): Promise<Stand> {
  const row = await db.row<Record<keyof Stand, number>>(
    sql`SELECT b.rows AS total, b.rows - c.rows AS done, c.claims
      FROM p2c_backfill AS b, (SELECT count(*) AS claims, coalesce(sum(last_position - first_position + 1), 0) AS rows FROM p2c_claim WHERE migration = ${migration}) AS c
      WHERE b.migration = ${migration}`,
  )
  const { done = 0, total = 0, claims = 0 } = row ?? {}
  return { done: Number(done), total: Number(total), claims: Number(claims) }
}

/** The positions of a plan of so many that are done, in their order. */
export async function doneRanges(db: Database, migration: string, total: number): Promise<Range[]> {
  const open = await db.rows<Range>(
    sql`SELECT first_position AS first, last_position AS last FROM p2c_claim WHERE migration = ${migration} ORDER BY first_position`,
  )
  const ends = [...open.map(numeric), { first: total + 1, last: total + 1 }]
  return ends
    .map(({ first }, i) => ({ first: (ends[i - 1]?.last ?? 0) + 1, last: first - 1 }))
    .filter(range => lengthOf(range) > 0)
}

/** The first of the claims that meet a condition and that nobody else has taken. */
async function claims(db: Database, condition: Sql, most: number): Promise<Range[]> {
  const rows = await db.rows<Range>(
    sql`SELECT first_position AS first, last_position AS last FROM p2c_claim WHERE ${condition} ORDER BY first_position LIMIT ${most} ${db.dialect.unlessTaken}`,
  )
  return rows.map(numeric)
}

/** Claims in their order as one range, up to the first hole. */
function joined([head, ...others]: readonly Range[]): Range | null {
  if (!head) return null
  let { last } = head
  for (const next of others) {
    if (next.first !== last + 1) break
    ;({ last } = next)
  }
  return { first: head.first, last }
}

function numeric({ first, last }: Range): Range {
  return { first: Number(first), last: Number(last) }
}
