import { workersOf } from '../backfill/workers.ts'
import type { Database } from '../database/database.ts'
import { joined } from '../database/run.ts'
import { exitStatus, P2cError } from '../errors.ts'
import type { Work } from '../events.ts'
import { joinMigrations } from '../migration/join.ts'
import { loadMigrations } from '../migration/load.ts'
import type { NamedMigration } from '../migration/migration.ts'

export interface JoinOptions {
  /** How many connections of this process work; as the configuration says where nothing is said. */
  readonly workers?: number | undefined
  /** Other migrations than p2c's own. */
  readonly migrations?: readonly NamedMigration[]
}

export interface JoinResult {
  /** Rows that this process did. */
  readonly rows: number
}

/**
 * Takes part in the upgrade that another process does: in its backfills, which are the work that
 * can be shared. May be stopped at each event, or killed anywhere; the other one goes on.
 *
 * @throws P2cError NOTHING_TO_JOIN, JOIN_UNSUPPORTED, JOIN_DIFFERS, WORKERS_UNSUPPORTED (exit 2);
 * JOINED_RUN_ENDED
 */
export async function* joinMigrate(db: Database, options: JoinOptions = {}): Work<JoinResult> {
  if (db.dialect.habits.writers === 1) throw unsupported(db)
  const workers = workersOf(db, options.workers)
  const available = options.migrations ?? (await loadMigrations())
  const rows = yield* joined(db, 'migrate --join', 'migrate', run =>
    joinMigrations(db, run, available, workers),
  )
  return { rows }
}

function unsupported({ identity, dialect }: Database): P2cError {
  return new P2cError('JOIN_UNSUPPORTED', {
    what: `nobody can take part in a run on ${identity}`,
    must: 'a PostgreSQL database',
    found: `${dialect.name}, where only one can write at a time`,
    next: 'Nothing was changed. Leave --join out',
    exit: exitStatus.usage,
  })
}
