import { setTimeout as wait } from 'node:timers/promises'
import { doBatches } from '../backfill/batches.ts'
import { standOf } from '../backfill/claims.ts'
import type { Database } from '../database/database.ts'
import { joinedRunEnded, type Run } from '../database/history.ts'
import { sql } from '../domain/sql.ts'
import { exitStatus, P2cError } from '../errors.ts'
import type { Work } from '../events.ts'
import { appliedMigrations, settingsOf, type AppliedMigration } from './history.ts'
import type { NamedMigration } from './migration.ts'

/** How often is looked whether the other run has got to something that can be shared. */
const lookMillis = 200

/**
 * Takes part in the backfills of the run that this one joined, each as soon as it has a plan, until
 * no more are to come.
 *
 * @returns how many rows this run did
 * @throws P2cError JOINED_RUN_ENDED where the other ended before; JOIN_DIFFERS (exit 2) where it
 * has other migrations or settings
 */
export async function* joinMigrations(
  db: Database,
  run: Run,
  available: readonly NamedMigration[],
  workers: number,
): Work<number> {
  while (!(await isOver(db, run))) {
    const applied = await appliedMigrations(db)
    const isPast = (name: string) => {
      const phase = applied.find(one => one.name === name)?.phase
      return phase !== undefined && phase !== 'backfill' && !phase.startsWith('schema:')
    }
    const open = available.filter(one => one.backfill && !isPast(one.name))
    if (open.length === 0) break
    for (const { name } of open) {
      const { claims } = await standOf(db, name)
      if (claims === 0) continue
      const backfill = sameBackfill(db, name, applied, available)
      yield* doBatches(db, run, name, backfill, workers)
    }
    await wait(lookMillis)
  }
  return run.rows
}

/** Whether the other run is done. */
async function isOver(db: Database, run: Run): Promise<boolean> {
  const isLocked = await db.dialect.isLocked(db)
  const other = await db.row<{ outcome: string | null }>(
    sql`SELECT outcome FROM p2c_run WHERE run_id = ${run.joined}`,
  )
  const outcome = other?.outcome ?? null
  if (outcome === 'done' || outcome === 'findings') return true
  if (outcome !== null || !isLocked) throw joinedRunEnded(db)
  return false
}

/** The backfill, if this process would do exactly what the other one does. */
function sameBackfill(
  db: Database,
  name: string,
  applied: readonly AppliedMigration[],
  available: readonly NamedMigration[],
) {
  const theirs = applied.find(one => one.name === name)
  const ours = available.find(one => one.name === name)
  const isSame = theirs?.checksum === ours?.checksum && theirs?.settings === settingsOf(db)
  if (ours?.backfill && isSame) return ours.backfill
  throw new P2cError('JOIN_DIFFERS', {
    what: `this process would not do ${name} as the run does that it joined`,
    must: 'the same version of p2c, with the same tables, columns, numbering and activity',
    found:
      theirs?.checksum === ours?.checksum ? 'other settings' : 'another source of the migration',
    next: 'Start it with the same version and configuration file',
    exit: exitStatus.usage,
  })
}
