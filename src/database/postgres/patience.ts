import { setTimeout as wait } from 'node:timers/promises'
import { P2cError } from '../../errors.ts'
import type { Database } from '../database.ts'

/** How long p2c tries to get what other programs hold before it gives up. */
export const patienceMillis = 60_000
/**
 * How long a lock is waited for that holds up whoever comes behind: a moment that nobody minds.
 * Those who wait pass between the attempts.
 */
export const queueMillis = 100

const firstPauseMillis = 50
const longestPauseMillis = 500

/**
 * Does work again, after growing, jittered pauses, as long as something passing is in its way.
 *
 * @param work is told how long it may still take
 * @param blockers who is in the way, in words; asked when patience ends
 * @throws P2cError DATABASE_BUSY
 */
export async function patiently<T>(
  db: Database,
  what: string,
  work: (leftMillis: number) => Promise<T>,
  blockers: () => Promise<string | null>,
): Promise<T> {
  const until = performance.now() + patienceMillis
  for (let pause = firstPauseMillis; ; pause = Math.min(pause * 1.5, longestPauseMillis)) {
    try {
      return await work(Math.max(until - performance.now(), queueMillis))
    } catch (error) {
      if (db.dialect.faultOf(error) !== 'transient') throw error
      if (performance.now() >= until) throw busy(what, await blockers(), error)
    }
    await wait(pause * (0.5 + Math.random()))
  }
}

function busy(what: string, blockers: string | null, cause: unknown): P2cError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new P2cError('DATABASE_BUSY', {
    what: `${what} did not get free within ${patienceMillis / 1_000} seconds`,
    must: 'tables that others use only for moments',
    found: blockers ?? reason,
    next: 'Let it end, or end it with pg_terminate_backend(PID), and run the same command again; it goes on where it was',
    cause,
  })
}
