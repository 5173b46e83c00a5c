import { literal, raw, sql, textOf, type Sql } from '../../domain/sql.ts'
import type { Database } from '../database.ts'
import type { Sequences } from '../dialect.ts'
import { holdersOf } from './blockers.ts'
import type { Touch } from './ddl.ts'
import { patiently, queueMillis } from './patience.ts'

/** The names are few and fixed: a native sequence each. */
const names = ['account', 'contact'] as const

/** The native sequence behind a name, as a constant that DDL and triggers can use. */
export function nativeSequence(name: string): string {
  return `p2c_${name}_sequence`
}

/** What a sequence gives next: the state of a native one is a row. */
export function nextOf(name: string): Sql {
  return sql`(SELECT CASE WHEN is_called THEN last_value + 1 ELSE last_value END FROM ${raw(nativeSequence(name))})`
}

/**
 * Native sequences: no row that every insert queues for. They are not part of any transaction, so
 * numbers that triggers gave in one that failed are gone; that a block of the backfill is not, and
 * is taken once however often the run is killed, is what the reservation below is for.
 */
export const sequences: Sequences = {
  tables: () => [
    ...names.map(
      name => `CREATE SEQUENCE IF NOT EXISTS ${nativeSequence(name)} AS bigint MINVALUE 0 START 0`,
    ),
    `CREATE TABLE IF NOT EXISTS p2c_number_format (name text COLLATE "C" NOT NULL PRIMARY KEY, format text NOT NULL)`,
    textOf(
      sql`CREATE OR REPLACE VIEW p2c_number_sequence AS SELECT name, format, CASE name ${whenEach()} END AS next_value FROM p2c_number_format`,
    ),
  ],
  make: (name, format, seed) => [
    textOf(
      sql`INSERT INTO p2c_number_format (name, format) VALUES (${literal(name)}, ${literal(format)}) ON CONFLICT (name) DO UPDATE SET format = excluded.format`,
    ),
    textOf(advanceTo(name, literal(seed))),
  ],
  next: async (db, name) => {
    const block = await openBlock(db, name)
    if (block) return block.first
    const row = await db.row<{ next: number }>(sql`SELECT ${nextOf(name)} AS next`)
    return row?.next ?? 0
  },
  takeBlock: async (db, name, atLeast, count) => {
    if (count === 0) return atLeast
    const { first } = await reserve(db, name, atLeast, count)
    await keep(db, usedBlock(name), String(first))
    return first
  },
}

function whenEach(): Sql {
  return raw(names.map(name => `WHEN '${name}' THEN ${nextOf(name).sql}`).join(' '))
}

/** Sets what comes next, where that is behind. */
function advanceTo(name: string, next: Sql): Sql {
  return sql`SELECT setval(${literal(nativeSequence(name))}, wanted.next, false) FROM (SELECT CAST(${next} AS bigint) AS next) AS wanted WHERE wanted.next > ${nextOf(name)}`
}

interface Block {
  readonly first: number
  readonly count: number
}

const reservedBlock = (name: string) => `number_block_reserved.${name}`
const usedBlock = (name: string) => `number_block_used.${name}`

/** A block that was reserved by a run that died before its plan was committed. */
async function openBlock(db: Database, name: string): Promise<Block | undefined> {
  const settings = await db.rows<{ name: string; value: string }>(
    sql`SELECT name, value FROM p2c_setting WHERE name IN (${reservedBlock(name)}, ${usedBlock(name)})`,
  )
  const valueOf = (setting: string) => settings.find(one => one.name === setting)?.value
  const [first, count] = (valueOf(reservedBlock(name)) ?? '').split('+').map(Number)
  if (first === undefined || count === undefined) return undefined
  return Number(valueOf(usedBlock(name)) ?? -1) < first ? { first, count } : undefined
}

/**
 * Sets the sequence past a block and writes down that it did, on a connection of its own, since
 * the caller's transaction may yet fail, or be killed: the next one then finds the same block. Who
 * takes numbers meanwhile is kept out by the lock that `nextval` wants too.
 */
async function reserve(db: Database, name: string, atLeast: number, count: number): Promise<Block> {
  const other = await db.another()
  try {
    const sequence: Touch = { table: nativeSequence(name), mode: 'SHARE ROW EXCLUSIVE' }
    return await patiently(
      other,
      `the sequence of numbers ${name}`,
      () =>
        other.transaction(async () => {
          // It changes nothing; it takes a lock that conflicts with the one nextval takes.
          await other.script(
            `SET LOCAL lock_timeout = ${queueMillis}; ALTER SEQUENCE ${nativeSequence(name)} OWNED BY NONE`,
          )
          const row = await other.row<{ next: number }>(sql`SELECT ${nextOf(name)} AS next`)
          const stands = row?.next ?? 0
          const next = Math.max(stands, atLeast)
          const open = await openBlock(other, name)
          const isLast = open && open.first + open.count === next
          const block =
            open && open.first >= atLeast && (isLast || open.count >= count)
              ? { first: open.first, count: Math.max(open.count, count) }
              : { first: next, count }
          const behind = block.first + block.count
          // Not setval, which stays when this transaction is killed before it is written down.
          if (behind > stands)
            await other.script(`ALTER SEQUENCE ${nativeSequence(name)} RESTART WITH ${behind}`)
          await keep(other, reservedBlock(name), `${block.first}+${block.count}`)
          return block
        }),
      () => holdersOf(other, [sequence]),
    )
  } finally {
    await other.close()
  }
}

async function keep(db: Database, name: string, value: string): Promise<void> {
  await db.change(
    sql`INSERT INTO p2c_setting (name, value) VALUES (${name}, ${value}) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
  )
}
