import type { Config } from '../config.ts'
import type { ConnectOptions } from '../database/connect.ts'
import { connect } from '../database/connect.ts'
import type { Database } from '../database/database.ts'
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
} satisfies Record<string, Job>

export type JobName = keyof typeof jobs

/** Opens the database, does the job, and closes it however the job ends. */
export async function* runJob({ job, config, input }: JobRequest): Work<unknown> {
  const { mode, run }: Job = jobs[job]
  const db = await connect(config, { mode })
  try {
    return yield* await run(db, input as never)
  } finally {
    await db.close()
  }
}

/** Work that tells nothing on its way. */
// eslint-disable-next-line require-yield -- so that all jobs have one shape
async function* quick<Result>(work: () => Promise<Result>): Work<Result> {
  return work()
}
