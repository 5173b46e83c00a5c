import { Worker, type WorkerOptions } from 'node:worker_threads'
import { exitStatus, P2cError, type ExitStatus } from './errors.ts'

/**
 * Room for what lives for a moment, in megabytes. With Node's 48 an upgrade on PostgreSQL takes
 * 190 MB, with these 173; with 4 it takes 163, and an import a fifth more time.
 */
const youngMegabytes = 16

/**
 * Starts a thread with a module of ours, named as it is in the source. From source the thread has
 * to be taught TypeScript first: it inherits no loader.
 */
export function startThread(module: URL, workerData: unknown): Worker {
  const resourceLimits = { maxYoungGenerationSizeMb: youngMegabytes }
  const options: WorkerOptions = { workerData, resourceLimits }
  const isSource = import.meta.url.endsWith('.ts')
  if (!isSource) return new Worker(new URL(module.href.replace(/\.ts$/, '.js')), options)
  const start = `import(${JSON.stringify(import.meta.resolve('tsx/esm/api'))}).then(tsx => { tsx.register(); return import(${JSON.stringify(module.href)}) })`
  return new Worker(start, { ...options, eval: true })
}

/** An error as one thread tells it to another. */
export interface ToldError {
  readonly message: string
  readonly stack: string | undefined
  /** null where it is none of p2c's own. */
  readonly p2c: { readonly code: string; readonly exit: number; readonly details: unknown } | null
}

/** The last that a thread tells where it fails. */
export type ToldEnd = { readonly type: 'error' } & ToldError

/** What a thread tells, in its order; where it fails or ends without a last word, that too. */
export function listenTo<Message>(thread: Worker): { next(): Promise<Message | ToldEnd> } {
  const heard: (Message | ToldEnd)[] = []
  let wake: () => void = () => undefined
  const hear = (message: Message | ToldEnd) => {
    heard.push(message)
    wake()
  }
  thread.on('message', hear)
  thread.on('error', (error: Error) => {
    hear({ type: 'error', message: error.message, stack: error.stack, p2c: null })
  })
  thread.once('exit', () => {
    hear({
      type: 'error',
      message: 'a thread ended without a word',
      stack: undefined,
      p2c: null,
    })
  })
  return {
    next: async () => {
      for (;;) {
        const message = heard.shift()
        if (message !== undefined) return message
        await new Promise<void>(resolve => (wake = resolve))
      }
    },
  }
}

export function told(error: unknown): ToldError {
  const p2c =
    error instanceof P2cError
      ? { code: error.code, exit: error.exit, details: error.details ?? null }
      : null
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  return { message, stack, p2c }
}

/** The error that another thread told. */
export function revived({ message, stack, p2c }: ToldError): Error {
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
