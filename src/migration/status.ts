import type { Database } from '../database/database.ts'
import { appliedMigrations } from './history.ts'
import type { MigrationFile } from './load.ts'
import { lastRuns, type RunStatus } from './run-status.ts'

/**
 * `applied`: done, as the code has it. `pending`: not begun. `running`: a run is at it.
 * `interrupted`: begun and not done, the next run goes on. `changed`: applied, and its source is
 * another now. `missing`: applied, and the code does not know it.
 */
export type MigrationState =
  'applied' | 'pending' | 'running' | 'interrupted' | 'changed' | 'missing'

export interface MigrationStatus {
  readonly name: string
  readonly state: MigrationState
  readonly appliedOn: string | null
}

export interface Status {
  readonly database: string
  /**
   * Whether somebody holds the lock. Where no run is `running` all the same, one has just begun
   * and has not written anything yet.
   */
  readonly locked: boolean
  /** The newest run that joined no other, where it is under way or left something to go on with; else null. */
  readonly current: RunStatus | null
  readonly migrations: readonly MigrationStatus[]
  /** The last ten, newest first. */
  readonly runs: readonly RunStatus[]
}

/** How the database stands to the migrations that the code has. Reads only. */
export async function statusOf(
  db: Database,
  available: readonly Pick<MigrationFile, 'name' | 'checksum'>[],
): Promise<Status> {
  const locked = await db.dialect.isLocked(db)
  const runs = await lastRuns(db, locked)
  const newest = runs.find(run => run.joined === null)
  const isRunning = newest?.outcome === 'running'
  const migrations = await migrationStates(db, available)
  return {
    database: db.identity,
    locked,
    current: newest && goesOn(newest) ? newest : null,
    migrations: migrations.map(one =>
      one.state === 'interrupted' && isRunning ? { ...one, state: 'running' } : one,
    ),
    runs,
  }
}

/** The state of each migration that is known or applied, in the order of their names. */
export async function migrationStates(
  db: Database,
  available: readonly Pick<MigrationFile, 'name' | 'checksum'>[],
): Promise<MigrationStatus[]> {
  const applied = new Map((await appliedMigrations(db)).map(one => [one.name, one]))
  const known = new Map(available.map(one => [one.name, one]))
  const names = [...new Set([...known.keys(), ...applied.keys()])].sort()
  return names.map(name => {
    const there = applied.get(name)
    const code = known.get(name)
    const state = (): MigrationState => {
      if (!there) return 'pending'
      if (!code) return 'missing'
      if (there.checksum !== code.checksum) return 'changed'
      return there.phase === 'done' ? 'applied' : 'interrupted'
    }
    return { name, state: state(), appliedOn: there?.finishedOn ?? null }
  })
}

/** Whether a run is at work, or its command is to be run again. */
function goesOn({ outcome }: RunStatus): boolean {
  return ['running', 'interrupted', 'stopped', 'failed'].includes(outcome)
}
