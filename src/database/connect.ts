import type { Config } from '../config.ts'
import { exitStatus, P2cError } from '../errors.ts'
import { withoutPassword } from '../password.ts'
import type { Database } from './database.ts'

export interface ConnectOptions {
  /** `create` makes an empty SQLite file where there is none; `read` cannot write at all. */
  readonly mode: 'read' | 'write' | 'create'
  /** Asked before each statement; true ends the work there, with WORK_STOPPED. */
  readonly mustStop?: () => boolean
  /** The name under which work tables are made for another connection, see Dialect.workAside. */
  readonly workAside?: string
}

/**
 * Opens the configured database. Drivers are loaded only when they are needed.
 *
 * @throws P2cError DATABASE_URL_INVALID, DATABASE_MISSING, DATABASE_UNREADABLE, DATABASE_READ_ONLY,
 * and on PostgreSQL those of openPostgres
 */
export async function connect(config: Config, options: ConnectOptions): Promise<Database> {
  const url = config.database
  const path = /^sqlite:(.+)$/.exec(url)?.[1]
  if (path !== undefined) {
    const { openSqlite } = await import('./sqlite/open.ts')
    return openSqlite(config, path, options)
  }
  if (/^postgres(ql)?:\/\//.test(url)) {
    const { openPostgres } = await import('./postgres/open.ts')
    return openPostgres(config, options)
  }
  throw new P2cError('DATABASE_URL_INVALID', {
    what: 'the database URL cannot be used',
    must: 'sqlite:PATH or postgres://user:password@host:port/database',
    found: withoutPassword(url),
    next: 'Mend --database, P2C_DATABASE or "database" in the configuration file',
    exit: exitStatus.usage,
  })
}
