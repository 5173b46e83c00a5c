import type { Worker } from 'node:worker_threads'
import type { RunEvent } from '../events.ts'
import { revived, startThread } from '../threads.ts'
import type { EngineData, EngineMessage } from './engine.ts'
import type { JobRequest } from './jobs.ts'
import { listenForStops } from './signals.ts'
import { askToStop } from './stop-request.ts'
import { Stopped } from './stopped.ts'

export interface HostOptions {
  readonly pauseMillis?: number
  readonly until?: number | null
  readonly take: (event: RunEvent) => void
  /** Says what a signal led to. */
  readonly say: (text: string) => void
}

/**
 * Runs a job in the engine's thread, while this one stays free for signals and the screen.
 *
 * @throws Stopped, or the job's P2cError
 */
export async function runInEngine(request: JobRequest, options: HostOptions): Promise<unknown> {
  const { until = null, pauseMillis = 0, take, say } = options
  const stop = new SharedArrayBuffer(4)
  const data: EngineData = { request, stop, pauseMillis, until }
  const worker = startThread(new URL('./engine.ts', import.meta.url), data)
  const givenUp = new AbortController()
  const stops = listenForStops({
    until,
    say,
    ask: at => {
      askToStop(new Int32Array(stop), at)
    },
    abandon: () => {
      givenUp.abort()
    },
  })
  try {
    const last = await lastWordOf(worker, take, givenUp.signal)
    switch (last.type) {
      case 'result':
        return last.result
      case 'stopped':
        throw new Stopped(stops.status(), last.at)
      case 'error':
        throw revived(last)
      case 'event':
        throw new Error('an event is no end')
    }
  } finally {
    // Waits for a statement under way; the stops are listened for as long.
    await worker.terminate()
    stops.close()
  }
}

/** What the engine ends with; where it is given up, that it was stopped. */
function lastWordOf(
  worker: Worker,
  take: (event: RunEvent) => void,
  givenUp: AbortSignal,
): Promise<EngineMessage> {
  return new Promise((resolve, reject) => {
    givenUp.addEventListener('abort', () => {
      resolve({ type: 'stopped', at: 'statement' })
    })
    worker.on('message', (message: EngineMessage) => {
      if (message.type === 'event') take(message.event)
      else resolve(message)
    })
    worker.on('error', reject)
    worker.on('exit', () => {
      reject(new Error('the engine ended without a word'))
    })
  })
}
