import { setTimeout as wait } from 'node:timers/promises'
import type { Database } from '../database/database.ts'

const mostRetries = 5
const firstWaitMillis = 100

/** What work gave back in the end, and what it had to wait for; null where nothing was in its way. */
export interface Retried<T> {
  readonly value: T
  readonly waited: string | null
}

/**
 * Runs work again, after growing, jittered waits, when it failed for a passing reason.
 *
 * @param canHalve whether the work can be done in halves, which sooner come by others who write the
 * same rows: then these are in its way twice at most
 */
export async function withRetries<T>(
  db: Database,
  work: () => Promise<T>,
  canHalve = false,
): Promise<Retried<T>> {
  for (let retries = 0, reason = ''; ; retries++) {
    try {
      const value = await work()
      return { value, waited: retries === 0 ? null : `${reason}; tried ${retries + 1} times` }
    } catch (error) {
      const most = canHalve && db.dialect.isContested(error) ? 1 : mostRetries
      if (retries >= most || db.dialect.faultOf(error) !== 'transient') throw error
      reason = reasonOf(error)
      await wait(firstWaitMillis * 2 ** (retries + 1) * (0.5 + Math.random() / 2))
    }
  }
}

/** The engine's own words, which are shorter than ours. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  return cause instanceof Error ? cause.message : String(cause)
}
