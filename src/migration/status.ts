import type { Database } from '../database/database.ts'
import { hasOwnTables } from '../database/own-tables.ts'
import { sql } from '../domain/sql.ts'
import { appliedMigrations } from './history.ts'
import type { MigrationFile } from './load.ts'

/**
 * `applied`: done, as the code has it. `pending`: not begun. `interrupted`: begun and not done, the
 * next run goes on. `changed`: applied, and its source is another now. `missing`: applied, and the
 * code does not know it.
 */
export type MigrationState = 'applied' | 'pending' | 'interrupted' | 'changed' | 'missing'

export interface MigrationStatus {
  readonly name: string
  readonly state: MigrationState
  readonly appliedOn: string | null
}

export interface RunStatus {
  readonly runId: string
  readonly command: string
  readonly startedOn: string
  readonly finishedOn: string | null
  /** running, interrupted (its process is gone), or how it ended. */
  readonly outcome: string
  readonly actor: string
  readonly host: string
  readonly pid: number
  readonly rows: number
  readonly step: string | null
  readonly done: number | null
  readonly total: number | null
}

export interface Status {
  readonly database: string
  readonly migrations: readonly MigrationStatus[]
  /** The last ten, newest first. */
  readonly runs: readonly RunStatus[]
}

/** How the database stands to the migrations that the code has. Reads only. */
export async function statusOf(
  db: Database,
  available: readonly Pick<MigrationFile, 'name' | 'checksum'>[],
): Promise<Status> {
  return {
    database: db.identity,
    migrations: await migrationStates(db, available),
    runs: await lastRuns(db),
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

async function lastRuns(db: Database): Promise<RunStatus[]> {
  if (!(await hasOwnTables(db))) return []
  const locked = await db.dialect.isLocked(db)
  const rows = await db.rows<{
    run_id: string
    command: string
    started_on: string
    finished_on: string | null
    outcome: string | null
    actor: string
    host: string
    pid: number
    rows: number
    step: string | null
    done: number | null
    total: number | null
  }>(sql`SELECT * FROM p2c_run ORDER BY started_on DESC, run_id LIMIT 10`)
  return rows.map((row, i) => ({
    runId: row.run_id,
    command: row.command,
    startedOn: row.started_on,
    finishedOn: row.finished_on,
    // Only the newest run can be the one that holds the lock.
    outcome: row.outcome ?? (locked && i === 0 ? 'running' : 'interrupted'),
    actor: row.actor,
    host: row.host,
    pid: Number(row.pid),
    rows: Number(row.rows),
    step: row.step,
    done: row.done === null ? null : Number(row.done),
    total: row.total === null ? null : Number(row.total),
  }))
}
