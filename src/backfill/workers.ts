import type { Database } from '../database/database.ts'
import { mustHoldFence, type Run } from '../database/history.ts'
import { exitStatus, P2cError } from '../errors.ts'

/**
 * How many connections shall work on a backfill: as many as were asked for, or else as the
 * configuration says where this engine lets several write.
 *
 * @throws P2cError WORKERS_UNSUPPORTED (exit 2) where more were asked for than can write
 */
export function workersOf({ config, dialect }: Database, asked?: number): number {
  const { writers } = dialect.habits
  if (asked === undefined) return Math.min(config.workers, writers)
  if (asked <= writers) return asked
  throw new P2cError('WORKERS_UNSUPPORTED', {
    what: `${asked} workers cannot work on this database`,
    must: `at most ${writers}`,
    found: `${dialect.name}, where so many can write at a time`,
    next: 'Nothing was changed. Leave --workers out, or ask for fewer',
    exit: exitStatus.usage,
  })
}

/** Other connections that work for a run, behind its fence. */
export async function openWorkers(db: Database, run: Run, count: number): Promise<Database[]> {
  const opened = await Promise.allSettled(Array.from({ length: count }, () => db.another()))
  const workers = opened.flatMap(one => (one.status === 'fulfilled' ? [one.value] : []))
  const failed = opened.find(one => one.status === 'rejected')
  if (failed) {
    await closeWorkers(workers)
    throw failed.reason
  }
  for (const worker of workers) {
    worker.beforeCommit(() => mustHoldFence(worker, run))
    await worker.dialect.beginLongWork(worker)
  }
  return workers
}

/** Lets them go, also those whose connection is broken. */
export async function closeWorkers(workers: readonly Database[]): Promise<void> {
  await Promise.allSettled(workers.map(worker => worker.close()))
}
