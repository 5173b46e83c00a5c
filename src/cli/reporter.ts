import { recentRate, withMark, type Mark } from '../database/recent-rate.ts'
import type { ProgressEvent, RunEvent, StepEvent } from '../events.ts'
import { glyphs } from './glyphs.ts'
import type { Printer } from './print.ts'
import { progressBar } from './progress-bar.ts'
import { describe, duration, type Standing } from './progress.ts'
import { redrawnLine } from './redrawn-line.ts'

const redrawMillis = 120
const lineMillis = 5_000

/** Shows the events of long work: a bar on a terminal, lines elsewhere, JSON lines with --json. */
export interface Reporter {
  readonly take: (event: RunEvent) => void
  /** Tells something beside the progress. */
  readonly say: (text: string) => void
  /** Leaves the terminal clean. */
  readonly close: () => void
}

/** @param beginning what the work does before its first event, in a word or two */
export function reporter(out: Printer, beginning: string): Reporter {
  if (out.json) return jsonLines(out)
  if (out.quiet) return { take: () => undefined, say: out.note, close: () => undefined }
  return screen(out, beginning)
}

function screen(out: Printer, beginning: string): Reporter {
  const signs = glyphs()
  const line = redrawnLine(out.raw, out.terminalColumns)
  const steps = stepsUnderWay(beginning)
  let slowed: string | null = null

  const draw = () => {
    const standing = steps.standing()
    if (out.isTerminal)
      line.draw(progressBar(standing, out.terminalColumns(), signs, out.paintNote))
    else out.note(describe(standing))
  }
  const say = (text: string) => {
    if (out.isTerminal) line.wipe()
    out.note(text)
  }
  const timer = setInterval(draw, out.isTerminal ? redrawMillis : lineMillis)
  timer.unref()

  return {
    say,
    take: event => {
      switch (event.type) {
        case 'step': {
          const seconds = steps.step(event)
          if (event.state === 'started') break
          const time = seconds < 1 ? '' : out.paintNote('dim', `  ${duration(seconds)}`)
          const note = event.note ? `  ${event.note}` : ''
          say(`${out.paintNote('green', signs.finished)} ${event.step}${note}${time}`)
          break
        }
        case 'progress':
          steps.progress(event)
          // A bar may have no room for the reason; it stands above it, once.
          if (out.isTerminal && kindOf(event.slowed) !== kindOf(slowed) && event.slowed !== null)
            say(out.paintNote('yellow', `Slowed: ${event.slowed}.`))
          slowed = event.slowed
          break
        case 'warning':
          say(`${out.paintNote('yellow', event.code)}: ${event.message}`)
          break
      }
    },
    close: () => {
      clearInterval(timer)
      if (out.isTerminal) line.wipe()
    },
  }
}

/** Follows which step is under way, for how long, and how fast. Steps may stand inside others. */
function stepsUnderWay(beginning: string): {
  /** Takes the begin or the end of a step; says how many seconds it took so far. */
  step: (event: StepEvent) => number
  progress: (event: ProgressEvent) => void
  standing: () => Standing
} {
  let between = { step: beginning, since: performance.now() }
  let open: (typeof between)[] = []
  let counted: ProgressEvent | undefined
  let marks: readonly Mark[] = []
  const secondsSince = (moment: number) => (performance.now() - moment) / 1_000
  return {
    step: ({ step, state }) => {
      counted = undefined
      marks = []
      const place = open.findIndex(one => one.step === step)
      const since = open[place]?.since ?? performance.now()
      if (place >= 0) open = open.slice(0, place)
      if (state === 'started') open = [...open, { step, since }]
      between = { step: 'closing', since: performance.now() }
      return secondsSince(since)
    },
    progress: event => {
      if (counted?.step !== event.step) marks = []
      marks = withMark(marks, { at: performance.now(), done: event.done })
      counted = event
    },
    standing: () => {
      if (counted)
        return { ...counted, rate: recentRate(marks), seconds: secondsSince(marks.at(-1)?.at ?? 0) }
      const { step, since } = open.at(-1) ?? between
      return {
        step,
        done: null,
        total: null,
        rate: null,
        slowed: null,
        seconds: secondsSince(since),
      }
    },
  }
}

/** Reasons that differ only in their figures are one. */
function kindOf(slowed: string | null): string {
  return slowed?.replace(/[\d.,]+/g, '') ?? ''
}

function jsonLines(out: Printer): Reporter {
  return {
    take: event => {
      out.result({ ...event, at: new Date().toISOString() })
    },
    say: out.note,
    close: () => undefined,
  }
}
