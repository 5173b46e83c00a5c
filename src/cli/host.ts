import { Worker } from 'node:worker_threads'
import { environment } from '../config.ts'
import { exitStatus, P2cError, type ExitStatus } from '../errors.ts'
import type { RunEvent } from '../events.ts'
import type { EngineData, EngineMessage } from './engine.ts'
import type { JobRequest } from './jobs.ts'

export interface HostOptions {
  readonly pauseMillis?: number
  readonly until?: number | null
  readonly take: (event: RunEvent) => void
  /** Says what a signal led to. */
  readonly say: (text: string) => void
}

/** The work was ended from outside, at a batch border. */
export class Stopped extends Error {
  readonly status: number

  constructor(status: number) {
    super('stopped at a batch border')
    this.status = status
  }
}

/** After this long the work is ended although it has not come to a border: a long statement. */
const patienceMillis = 1_800
/** One Ctrl-C can arrive twice: from the terminal and from npm. */
const oneKeyMillis = 1_000
const parentCheckMillis = 500

const statusOf = { SIGINT: 130, SIGTERM: 143 } as const
type Signal = keyof typeof statusOf

/**
 * Runs a job in the engine's thread, while this one stays free for signals and the screen. The
 * first signal ends it at the next batch border, the second at once; a statement that takes longer
 * than two seconds is ended too, and the database takes its transaction back.
 *
 * @throws Stopped, or the job's P2cError
 */
export async function runInEngine(request: JobRequest, options: HostOptions): Promise<unknown> {
  const stop = new SharedArrayBuffer(4)
  const data: EngineData = {
    request,
    stop,
    pauseMillis: options.pauseMillis ?? 0,
    until: options.until ?? null,
  }
  const worker = startEngine(data)
  const signals = listen(new Int32Array(stop), options.say)
  try {
    const last = await new Promise<EngineMessage>((resolve, reject) => {
      worker.on('message', (message: EngineMessage) => {
        if (message.type === 'event') options.take(message.event)
        else resolve(message)
      })
      worker.on('error', reject)
      worker.on('exit', () => {
        reject(new Error('the engine ended without a word'))
      })
    })
    switch (last.type) {
      case 'result':
        return last.result
      case 'stopped':
        throw new Stopped(last.reason === 'until' ? statusOf.SIGINT : statusOf[signals.first()])
      case 'error':
        throw revived(last)
      case 'event':
        throw new Error('an event is no end')
    }
  } finally {
    signals.close()
    await worker.terminate()
  }
}

/** From source the worker has to be taught TypeScript first; a worker inherits no loader. */
function startEngine(data: EngineData): Worker {
  const engine = new URL(
    import.meta.url.endsWith('.ts') ? './engine.ts' : './engine.js',
    import.meta.url,
  )
  if (!engine.pathname.endsWith('.ts')) return new Worker(engine, { workerData: data })
  const start = `import(${JSON.stringify(import.meta.resolve('tsx/esm/api'))}).then(tsx => { tsx.register(); return import(${JSON.stringify(engine.href)}) })`
  return new Worker(start, { eval: true, workerData: data })
}

function listen(stop: Int32Array, say: (text: string) => void): { first(): Signal; close(): void } {
  let first: Signal | undefined
  let firstAt = 0
  let patience: NodeJS.Timeout | undefined
  const parent = process.ppid

  const endNow = (signal: Signal) => {
    close()
    process.kill(process.pid, signal)
  }
  const take = (signal: Signal) => {
    if (first !== undefined) {
      if (signal === 'SIGINT' && Date.now() - firstAt < oneKeyMillis) return
      endNow(signal)
      return
    }
    first = signal
    firstAt = Date.now()
    Atomics.store(stop, 0, 1)
    say('Stopping at the next batch border; once more to stop at once.')
    patience = setTimeout(() => {
      say('A long statement is under way; the database takes it back. Run again to go on.')
      endNow(signal)
    }, patienceMillis)
  }
  const onInt = () => {
    take('SIGINT')
  }
  const onTerm = () => {
    take('SIGTERM')
  }
  // npm does not hand SIGTERM on: it just goes away.
  const orphaned = environment['npm_lifecycle_event']
    ? setInterval(() => {
        if (process.ppid !== parent && first === undefined) take('SIGTERM')
      }, parentCheckMillis)
    : undefined
  const close = () => {
    process.off('SIGINT', onInt)
    process.off('SIGTERM', onTerm)
    clearInterval(orphaned)
    clearTimeout(patience)
  }
  process.on('SIGINT', onInt)
  process.on('SIGTERM', onTerm)
  return { first: () => first ?? 'SIGINT', close }
}

function revived({ message, stack, p2c }: EngineMessage & { type: 'error' }): Error {
  if (p2c === null) return Object.assign(new Error(message), stack === undefined ? {} : { stack })
  const error = new P2cError(p2c.code, {
    what: '',
    exit: (Object.values(exitStatus) as number[]).includes(p2c.exit)
      ? (p2c.exit as ExitStatus)
      : exitStatus.failed,
    details: p2c.details,
  })
  error.message = message
  return error
}
