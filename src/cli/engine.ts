import { parentPort, workerData } from 'node:worker_threads'
import { isStop } from '../database/stop.ts'
import type { RunEvent } from '../events.ts'
import { told, type ToldEnd } from '../threads.ts'
import { runJob, type JobRequest } from './jobs.ts'
import { isAskedToStop, rest, stopAt } from './stop-request.ts'
import type { StoppedAt } from './stopped.ts'

/** How the work is to be slowed and ended from outside. */
export interface EngineData {
  readonly request: JobRequest
  /** One 32-bit integer, see stop-request.ts. */
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
  /** At a batch border, or between two statements. */
  | { readonly type: 'stopped'; readonly at: StoppedAt }
  | ToldEnd

/**
 * The worker thread in which the databases are. SQLite's statements block the thread that runs
 * them; here they block no signal handler and no progress bar.
 */
async function serve({ request, stop, pauseMillis, until }: EngineData): Promise<EngineMessage> {
  const shared = new Int32Array(stop)
  const work = runJob(
    request,
    once(() => isAskedToStop(shared, stopAt.statement)),
  )
  for (;;) {
    const askedAt = Date.now()
    const next = await work.next()
    if (next.done) return { type: 'result', result: next.value }
    const spent = Date.now() - askedAt
    const isBatch = next.value.type === 'progress'
    tell({ type: 'event', event: isBatch ? resting(next.value, pauseMillis) : next.value })
    if (isBatch && pauseMillis > 0) await rest(shared, pauseMillis)
    // The next batch takes about as long, and would not be done by then.
    const isTooLate = until !== null && Date.now() + spent >= until
    if (!isTooLate && !isAskedToStop(shared, stopAt.border)) continue
    await work.return(undefined)
    return { type: 'stopped', at: 'border' }
  }
}

/** Says what the rest after each batch adds to the reasons why it goes slowly. */
function resting(event: RunEvent, pauseMillis: number): RunEvent {
  if (event.type !== 'progress' || pauseMillis === 0) return event
  const rests = `rests ${pauseMillis} ms after each batch`
  return { ...event, slowed: event.slowed === null ? rests : `${event.slowed}; ${rests}` }
}

/** True once: what tidies up after a stop needs the database itself. */
function once(isTrue: () => boolean): () => boolean {
  let told = false
  return () => !told && (told = isTrue())
}

function failure(error: unknown): EngineMessage {
  if (isStop(error)) return { type: 'stopped', at: 'statement' }
  return { type: 'error', ...told(error) }
}

function tell(message: EngineMessage): void {
  parentPort?.postMessage(message)
}

tell(await serve(workerData as EngineData).catch(failure))
