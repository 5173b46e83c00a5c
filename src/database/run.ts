import { exitStatus, P2cError } from '../errors.ts'
import type { RunEvent, Work } from '../events.ts'
import type { Database } from './database.ts'
import { beginRun, finishRun, joinRun, mustHoldFence, type Outcome, type Run } from './history.ts'
import { lock } from './lock.ts'
import { hasOwnTables, makeOwnTables } from './own-tables.ts'
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
  { before, ...frame }: RunFrame<Result> = {},
): Work<Result> {
  const release = await lock(db)
  try {
    if (before) yield* before()
    await makeOwnTables(db)
    const run = await beginRun(db, command)
    return yield* toItsEnd(db, run, work, frame)
  } finally {
    await release()
  }
}

/**
 * The frame around work that takes part in a run which another process does, under that one's lock:
 * it ends at the latest with it, and has a row of its own in the history.
 *
 * @throws P2cError NOTHING_TO_JOIN (exit 2) where no run of the command `holding` is at work
 */
export async function* joined<Result>(
  db: Database,
  command: string,
  holding: string,
  work: (run: Run) => AsyncGenerator<RunEvent, Result, void>,
): Work<Result> {
  const isUnderWay = (await hasOwnTables(db)) && (await db.dialect.isLocked(db))
  const run = isUnderWay ? await joinRun(db, command, holding) : undefined
  if (!run) throw nothingToJoin(db, holding)
  return yield* toItsEnd(db, run, work, {})
}

async function* toItsEnd<Result>(
  db: Database,
  run: Run,
  work: (run: Run) => AsyncGenerator<RunEvent, Result, void>,
  { outcomeOf = () => 'done', cacheMegabytes }: Omit<RunFrame<Result>, 'before'>,
): Work<Result> {
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
}

function nothingToJoin({ identity }: Database, holding: string): P2cError {
  return new P2cError('NOTHING_TO_JOIN', {
    what: `there is nothing to take part in on ${identity}`,
    must: `a "p2c ${holding}" that is at work there`,
    found: 'none, or one that has just begun',
    next: `Start "p2c ${holding}" in another process, and join once it shows a step`,
    exit: exitStatus.usage,
  })
}
