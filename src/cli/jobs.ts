import type { Config } from '../config.ts'
import type { ConnectOptions } from '../database/connect.ts'
import { connect } from '../database/connect.ts'
import type { Database } from '../database/database.ts'
import { P2cError } from '../errors.ts'
import type { Work } from '../events.ts'

/** What is to be done: a job's name and its input, plain data. */
export interface JobRequest {
  readonly job: JobName
  readonly config: Config
  readonly input: unknown
}

interface Job {
  readonly mode: ConnectOptions['mode']
  /** Loads what it needs when it is called, so that a small command starts fast. */
  readonly run: (db: Database, input: never) => Promise<Work<unknown>>
}

const jobs = {
  check: {
    mode: 'read',
    run: async (db: Database) => {
      const { readiness } = await import('../upgrade/readiness.ts')
      const { loadMigrations } = await import('../migration/load.ts')
      return quick(async () => readiness(db, await loadMigrations()))
    },
  },
  status: {
    mode: 'read',
    run: async (db: Database) => {
      const { statusOf } = await import('../migration/status.ts')
      const { listMigrations } = await import('../migration/load.ts')
      return quick(async () => statusOf(db, await listMigrations()))
    },
  },
  'preview-migrate': {
    mode: 'read',
    run: async (db: Database, input: never) => {
      const { previewMigrate } = await import('../upgrade/migrate.ts')
      return quick(() => previewMigrate(db, input))
    },
  },
  migrate: {
    mode: 'write',
    run: async (db: Database, input: never) =>
      (await import('../upgrade/migrate.ts')).migrate(db, input),
  },
  'join-migrate': {
    mode: 'write',
    run: async (db: Database, input: never) =>
      (await import('../upgrade/join.ts')).joinMigrate(db, input),
  },
  'preview-rollback': {
    mode: 'read',
    run: async (db: Database, input: never) => {
      const { previewRollback } = await import('../upgrade/rollback.ts')
      return quick(() => previewRollback(db, input))
    },
  },
  rollback: {
    mode: 'write',
    run: async (db: Database, input: never) =>
      (await import('../upgrade/rollback.ts')).rollback(db, input),
  },
  verify: {
    mode: 'read',
    run: async (db: Database) => {
      const { verify } = await import('../upgrade/verify.ts')
      return quick(() => verify(db))
    },
  },
  sync: {
    mode: 'write',
    run: async (db: Database, input: never) => (await import('../upgrade/sync.ts')).sync(db, input),
  },
  'sync-history': {
    mode: 'read',
    run: async (db: Database) => {
      const { syncHistory } = await import('../sync/history.ts')
      return quick(() => syncHistory(db))
    },
  },
  'import-finops': {
    mode: 'write',
    run: async (db: Database, input: never) =>
      (await import('../import/finops.ts')).importFinops(db, input),
  },
  import: { mode: 'write', run: importExtract },
  'import-create': { mode: 'create', run: importExtract },
  'preview-import': { mode: 'read', run: importExtract },
  'audit-export': {
    mode: 'read',
    run: async (db: Database, input: never) =>
      (await import('../audit/export.ts')).exportAudit(db, input),
  },
  'audit-verify': {
    mode: 'read',
    run: async (db: Database, input: never) =>
      (await import('../audit/compare.ts')).compareAudit(db, input),
  },
  deliver: {
    mode: 'write',
    run: async (db: Database, input: never) =>
      (await import('../deliver/deliver.ts')).deliver(db, input),
  },
  explain: {
    mode: 'read',
    run: async (db: Database, { contact }: { contact: string }) => {
      const { explainContact } = await import('../explain/explain.ts')
      return quick(() => explainContact(db, contact))
    },
  },
  seed: {
    mode: 'create',
    run: async (db: Database, input: never) => (await import('../seed/seed.ts')).seed(db, input),
  },
} satisfies Record<string, Job>

/** Jobs that need no database. */
const jobsWithout = {
  'seed-extract': async (config: Config, input: never) =>
    (await import('../seed/extract.ts')).seedExtract(config, input),
} satisfies Record<string, (config: Config, input: never) => Promise<Work<unknown>>>

export type JobName = keyof typeof jobs | keyof typeof jobsWithout

/**
 * Opens the database, does the job, and closes it however the job ends.
 *
 * @param mustStop asked before each statement; true ends the work there
 */
export async function* runJob(request: JobRequest, mustStop?: () => boolean): Work<unknown> {
  const { job, config, input } = request
  if (job === 'seed-extract') return yield* await jobsWithout[job](config, input as never)
  const { mode, run }: Job = jobs[job]
  const db = await open(request, { mode, ...(mustStop && { mustStop }) })
  try {
    return yield* await run(db, input as never)
  } finally {
    await db.close()
  }
}

/** A preview of an import that would make the database is made on an empty one in memory. */
async function open(
  { job, config, input }: JobRequest,
  options: ConnectOptions,
): Promise<Database> {
  try {
    return await connect(config, options)
  } catch (error) {
    const isMissing = error instanceof P2cError && error.code === 'DATABASE_MISSING'
    const wouldMake = job === 'preview-import' && (input as { create?: boolean }).create
    if (!isMissing || !wouldMake) throw error
    return connect({ ...config, database: 'sqlite::memory:' }, { ...options, mode: 'create' })
  }
}

async function importExtract(db: Database, input: never): Promise<Work<unknown>> {
  const { map, ...options } = input as { map?: string; from: string }
  const { importExtract: load } = await import('../import/import.ts')
  if (map === undefined) return load(db, options)
  const { readImportMap } = await import('../import/map-file.ts')
  return load(db, { ...options, map: await readImportMap(map) })
}

/** Work that tells nothing on its way. */
async function* quick<Result>(work: () => Promise<Result>): Work<Result> {
  return work()
}
