import { setTimeout as wait } from 'node:timers/promises'
import type { Database } from '../database/database.ts'

const mostAttempts = 5
const firstWaitMillis = 100

/** Runs work again, after growing, jittered waits, when it failed for a passing reason. */
export async function withRetries<T>(db: Database, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt > mostAttempts || db.dialect.faultOf(error) !== 'transient') throw error
      await wait(firstWaitMillis * 2 ** attempt * (0.5 + Math.random() / 2))
    }
  }
}
