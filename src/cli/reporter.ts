import type { RunEvent } from '../events.ts'
import { bar, describe, duration, recentRate, type Standing } from './progress.ts'
import type { Printer } from './print.ts'

const redrawMillis = 120
const lineMillis = 5_000
const windowMillis = 10_000

/** Shows the events of long work: a bar on a terminal, lines elsewhere, JSON lines with --json. */
export interface Reporter {
  readonly take: (event: RunEvent) => void
  /** Leaves the terminal clean. */
  readonly close: () => void
}

export function reporter(out: Printer): Reporter {
  if (out.json) return jsonLines(out)
  if (out.quiet) return { take: () => undefined, close: () => undefined }
  let standing: Standing | undefined
  let points: { at: number; done: number }[] = []
  let startedAt = Date.now()

  const wipe = () => {
    if (out.isTerminal) out.raw('\r\u001B[K')
  }
  const draw = () => {
    if (!standing) return
    if (out.isTerminal) out.raw(`\r\u001B[K${bar(standing, out.columns)}`)
    else out.note(describe(standing))
  }
  const timer = setInterval(draw, out.isTerminal ? redrawMillis : lineMillis)
  timer.unref()

  return {
    take: event => {
      switch (event.type) {
        case 'step':
          wipe()
          standing = undefined
          points = []
          if (event.state === 'started') {
            startedAt = Date.now()
            if (out.isTerminal) out.raw(`${event.step} …`)
          } else {
            const seconds = (Date.now() - startedAt) / 1000
            const time = seconds < 1 ? '' : out.paint('dim', `  ${duration(seconds)}`)
            out.note(
              `${out.paint('green', '✓')} ${event.step}${event.note ? `  ${event.note}` : ''}${time}`,
            )
          }
          break
        case 'progress': {
          const at = Date.now()
          if (standing?.step !== event.step) points = []
          points = [
            ...points.filter(point => at - point.at < windowMillis),
            { at, done: event.done },
          ]
          standing = { ...event, rate: recentRate(points) }
          break
        }
        case 'warning':
          wipe()
          out.note(`${out.paint('yellow', event.code)}: ${event.message}`)
          break
      }
    },
    close: () => {
      clearInterval(timer)
      wipe()
    },
  }
}

function jsonLines(out: Printer): Reporter {
  return {
    take: event => {
      out.result({ ...event, at: new Date().toISOString() })
    },
    close: () => undefined,
  }
}
