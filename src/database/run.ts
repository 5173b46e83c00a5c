import type { RunEvent, Work } from '../events.ts'
import type { Database } from './database.ts'
import { beginRun, finishRun, mustHoldFence, type Outcome, type Run } from './history.ts'
import { lock } from './lock.ts'
import { makeOwnTables } from './own-tables.ts'
import { isStop } from './stop.ts'

export interface RunFrame<Result> {
  /** Runs under the lock and before anything is written: the place to refuse. */
  readonly before?: () => Work<unknown>
  /** How the run ended, judged by its result; done where nothing is said. */
  readonly outcomeOf?: (result: Result) => Outcome
  /** For work that comes by each page once; the engine's habit where nothing is said. */
  readonly cacheMegabytes?: number
}

/**
 * The frame around every command that writes: the lock first, then the own tables, then a row in
 * the history, then the work, and at the end, however it ends, its outcome. A consumer that stops
 * asking for events leaves the run `stopped`; a run that is killed leaves no outcome at all.
 */
export async function* recorded<Result>(
  db: Database,
  command: string,
  work: (run: Run) => AsyncGenerator<RunEvent, Result, void>,
  { before, outcomeOf = () => 'done', cacheMegabytes }: RunFrame<Result> = {},
): Work<Result> {
  const release = await lock(db)
  try {
    if (before) yield* before()
    await makeOwnTables(db)
    const run = await beginRun(db, command)
    let outcome: Outcome = 'stopped'
    db.beforeCommit(() => mustHoldFence(db, run))
    try {
      await db.dialect.beginLongWork(db, cacheMegabytes)
      const result = yield* work(run)
      outcome = outcomeOf(result)
      return result
    } catch (error) {
      outcome = isStop(error) ? 'stopped' : 'failed'
      throw error
    } finally {
      db.beforeCommit(null)
      await finishRun(db, run, outcome)
      await db.dialect.endLongWork(db)
    }
  } finally {
    await release()
  }
}
