import { sql } from '../../domain/sql.ts'
import type { LiveDdl } from '../dialect.ts'
import { holdersOf, watching } from './blockers.ts'
import { indexWorkOf, touchOf, type Touch } from './ddl.ts'
import type { PostgresDatabase } from './open.ts'
import { patiently, queueMillis } from './patience.ts'

/**
 * How long is waited for others who change the schema, or vacuum: longer than `deadlock_timeout`,
 * after which autovacuum gives way. Who reads and writes does not notice.
 */
const maintenanceMillis = 3_000
/** What is left for taking away an index that could not be made. */
const cleanUpMillis = 1_000

export const liveDdl: LiveDdl = {
  tableOf: statement => touchOf(statement)?.table ?? null,
  isApart: statement => indexWorkOf(statement) !== undefined,
  together: (db, statements, record) => together(db as PostgresDatabase, statements, record),
  apart: (db, statement) => apart(db as PostgresDatabase, statement),
}

/**
 * The locks come first, in the order of the tables' names and each in its final mode at once: a
 * stronger one that is asked for later would deadlock with whoever waits in between.
 */
async function together(
  db: PostgresDatabase,
  statements: readonly string[],
  record: () => Promise<void>,
): Promise<void> {
  const touches = strongest(statements)
  const tables = touches.map(({ table }) => table)
  const locks = [
    timeout('LOCAL', maintenanceMillis),
    ...tables.map(table => `LOCK TABLE ${table} IN SHARE UPDATE EXCLUSIVE MODE`),
    timeout('LOCAL', queueMillis),
    ...touches.map(({ table, mode }) => `LOCK TABLE ${table} IN ${mode} MODE`),
  ]
  await patiently(
    db,
    tables.length === 0 ? 'the schema' : tables.join(' and '),
    () =>
      db.transaction(async () => {
        await db.script(locks.join('; '))
        for (const statement of statements) await db.script(statement)
        await record()
      }),
    () => holdersOf(db, touches),
  )
}

function strongest(statements: readonly string[]): Touch[] {
  const modes = new Map<string, Touch['mode']>()
  for (const statement of statements) {
    const touch = touchOf(statement)
    if (touch && modes.get(touch.table) !== 'ACCESS EXCLUSIVE') modes.set(touch.table, touch.mode)
  }
  return [...modes]
    .map(([table, mode]) => ({ table, mode }))
    .sort((a, b) => (a.table < b.table ? -1 : 1))
}

/**
 * Makes or drops an index while others write. It waits for transactions that are older, and nobody
 * waits for it. What an earlier attempt left invalid is made anew.
 */
async function apart(db: PostgresDatabase, statement: string): Promise<void> {
  const work = indexWorkOf(statement)
  if (!work) throw new TypeError('no statement of an index')
  const { index, verb, concurrently } = work
  const drop = `DROP INDEX CONCURRENTLY IF EXISTS ${index}`
  let blockers: string | null = null
  try {
    await patiently(
      db,
      `the index ${index}`,
      async leftMillis => {
        if (verb === 'make' && (await isValid(db, index))) return
        await db.script(timeout('SESSION', Math.round(leftMillis)))
        await watching(
          db,
          async () => {
            await db.script(drop)
            if (verb === 'make') await db.script(concurrently)
          },
          seen => (blockers = seen),
        )
      },
      () => Promise.resolve(blockers),
    )
  } catch (error) {
    if (verb === 'make') await cleanUp(db, drop)
    throw error
  } finally {
    // Where the connection is gone, so is the setting.
    await db.script(timeout('SESSION', 0)).catch(() => undefined)
  }
}

/** Whether a whole index of this name is there: one that was killed is there too, and not valid. */
async function isValid(db: PostgresDatabase, index: string): Promise<boolean> {
  const found = await db.row(
    sql`SELECT 1 FROM pg_catalog.pg_index WHERE indexrelid = to_regclass(${index}) AND indisvalid AND indisready AND indislive`,
  )
  return found !== undefined
}

/** Who uses the table may still be in the way, or the connection be gone; then the next run does it. */
async function cleanUp(db: PostgresDatabase, drop: string): Promise<void> {
  try {
    await db.script(timeout('SESSION', cleanUpMillis))
    await db.script(drop)
  } catch {
    // What is told is why it could not be made.
  }
}

function timeout(scope: 'LOCAL' | 'SESSION', millis: number): string {
  return `SET ${scope} lock_timeout = ${millis}`
}
