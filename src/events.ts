/**
 * What long work tells while it runs. Every long operation is an async generator of these; it
 * yields only where nothing is half done (a batch border), so whoever consumes it may stop there
 * by simply not asking for the next one.
 */
export type RunEvent = StepEvent | ProgressEvent | WarningEvent

/** A named piece of work begins or ends. */
export interface StepEvent {
  readonly type: 'step'
  readonly state: 'started' | 'finished'
  /** For instance `20261101T0930_number_and_flag_the_contacts` or `contacts: source-cds`. */
  readonly step: string
  /** A remark for people, for instance `60 account numbers assigned`. */
  readonly note?: string
}

/** One batch is committed. */
export interface ProgressEvent {
  readonly type: 'progress'
  readonly step: string
  /** Rows done so far, those of earlier runs included. */
  readonly done: number
  /** Rows in all; null where it is not known. */
  readonly total: number | null
  /** Why the work goes slower than it could; null where it does not. */
  readonly slowed: string | null
}

/** Something a person should know, which does not stop the work. */
export interface WarningEvent {
  readonly type: 'warning'
  readonly code: string
  readonly message: string
}

/** Long work: events at batch borders, and at the end a result. */
export type Work<Result> = AsyncGenerator<RunEvent, Result, void>

/** Runs work to its end and throws its events away. */
export async function finish<Result>(work: Work<Result>): Promise<Result> {
  for (;;) {
    const next = await work.next()
    if (next.done) return next.value
  }
}
