import { setTimeout as wait } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { P2cError } from '../errors.ts'
import type { RunEvent } from '../events.ts'
import { runJob, type JobRequest } from './jobs.ts'

/** How the work is to be slowed and ended from outside. */
export interface EngineData {
  readonly request: JobRequest
  /** One 32-bit integer; not 0: stop at the next batch border. */
  readonly stop: SharedArrayBuffer
  /** A rest after each batch. */
  readonly pauseMillis: number
  /** The moment (ms since 1970) by which to stop at a batch border; null for none. */
  readonly until: number | null
}

/** What the engine tells the main thread. */
export type EngineMessage =
  | { readonly type: 'event'; readonly event: RunEvent }
  | { readonly type: 'result'; readonly result: unknown }
  | { readonly type: 'stopped'; readonly reason: 'signal' | 'until' }
  | {
      readonly type: 'error'
      readonly message: string
      readonly stack: string | undefined
      readonly p2c: {
        readonly code: string
        readonly exit: number
        readonly details: unknown
      } | null
    }

/**
 * The worker thread in which the databases are. SQLite's statements block the thread that runs
 * them; here they block no signal handler and no progress bar.
 */
async function serve(data: EngineData): Promise<EngineMessage> {
  const stop = new Int32Array(data.stop)
  const work = runJob(data.request)
  for (;;) {
    const next = await work.next()
    if (next.done) return { type: 'result', result: next.value }
    tell({ type: 'event', event: next.value })
    if (next.value.type === 'progress' && data.pauseMillis > 0) await wait(data.pauseMillis)
    const isLate = data.until !== null && Date.now() >= data.until
    if (Atomics.load(stop, 0) === 0 && !isLate) continue
    await work.return(undefined)
    return { type: 'stopped', reason: isLate ? 'until' : 'signal' }
  }
}

function failure(error: unknown): EngineMessage {
  const p2c =
    error instanceof P2cError
      ? { code: error.code, exit: error.exit, details: error.details ?? null }
      : null
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  return { type: 'error', message, stack, p2c }
}

function tell(message: EngineMessage): void {
  parentPort?.postMessage(message)
}

tell(await serve(workerData as EngineData).catch(failure))
