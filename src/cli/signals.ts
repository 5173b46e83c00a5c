import { environment } from '../environment.ts'
import { stopAt, type StopAt } from './stop-request.ts'

const statusOf = { SIGINT: 130, SIGTERM: 143 } as const
type Signal = keyof typeof statusOf

/** One Ctrl-C can arrive twice: from the terminal and from npm. */
const oneKeyMillis = 1_000
const parentCheckMillis = 500

/**
 * How the work is ended, all within two seconds: at the next batch border; where none comes, between
 * two statements; where a statement takes long, with the process, and the database takes it back.
 */
const untilStatementMillis = 1_000
const untilAbandonedMillis = 1_600
const untilKilledMillis = 1_800

export interface StopListener {
  /** The moment (ms since 1970) at which to act as if Ctrl-C was pressed; null for none. */
  readonly until: number | null
  readonly say: (text: string) => void
  /** Asks the work to end. */
  readonly ask: (at: StopAt) => void
  /** Gives the work up: its thread is to be ended wherever it is. */
  readonly abandon: () => void
}

export interface Stops {
  /** The exit status of a run that was stopped: 130 or 143. */
  readonly status: () => number
  readonly close: () => void
}

/** Listens for what ends a run from outside. */
export function listenForStops({ until, say, ask, abandon }: StopListener): Stops {
  let first: Signal | undefined
  let firstAt = 0
  const timers: NodeJS.Timeout[] = []
  const parent = process.ppid

  const forget = () => {
    process.off('SIGINT', onInt)
    process.off('SIGTERM', onTerm)
    for (const timer of timers) clearTimeout(timer)
  }
  // process.exit would wait for the statement; the signal itself does not.
  const endNow = (signal: Signal) => {
    forget()
    process.kill(process.pid, signal)
  }
  const stop = (signal: Signal, reason: string) => {
    first = signal
    firstAt = performance.now()
    say(reason)
    ask(stopAt.border)
    timers.push(
      setTimeout(ask, untilStatementMillis, stopAt.statement),
      setTimeout(abandon, untilAbandonedMillis),
      setTimeout(() => {
        say('A long statement is under way; the database takes it back. Run again to go on.')
        endNow(signal)
      }, untilKilledMillis),
    )
  }
  const take = (signal: Signal) => {
    if (first === undefined) stop(signal, 'Stopping; once more to stop at once.')
    else if (signal !== 'SIGINT' || performance.now() - firstAt >= oneKeyMillis) endNow(signal)
  }
  const onInt = () => {
    take('SIGINT')
  }
  const onTerm = () => {
    take('SIGTERM')
  }
  process.on('SIGINT', onInt)
  process.on('SIGTERM', onTerm)
  // npm does not hand SIGTERM on: it just goes away.
  if (environment['npm_lifecycle_event'])
    timers.push(
      setInterval(() => {
        if (process.ppid !== parent && first === undefined) take('SIGTERM')
      }, parentCheckMillis),
    )
  if (until !== null)
    timers.push(
      setTimeout(() => {
        if (first === undefined) stop('SIGINT', 'The time is up; stopping.')
      }, until - Date.now()),
    )
  return {
    status: () => statusOf[first ?? 'SIGINT'],
    close: () => {
      // The second of two signals that are one may still come while the end is told.
      if (first === undefined) forget()
      else for (const timer of timers) clearTimeout(timer)
    },
  }
}
