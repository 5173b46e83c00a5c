import { count } from '../amount.ts'
import { environment } from '../environment.ts'
import { P2cError } from '../errors.ts'
import { widthOf } from './text-width.ts'

/** How much is told, and in what form. */
export interface PrintOptions {
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  /** Whether colours are wanted where they can be shown. */
  readonly color: boolean
}

export type Tone = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan'
export type Paint = (tone: Tone, text: string) => string

const codes: Readonly<Record<Tone, number>> = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  cyan: 36,
}

const usualColumns = 80

/** The only writer to stdout and stderr: results to the one, progress and complaints to the other. */
export interface Printer extends PrintOptions {
  /** A line of the result. */
  readonly line: (text?: string) => void
  /** The result for a program: one line of JSON. */
  readonly result: (value: unknown) => void
  /** Something to know while it runs; not with --quiet. */
  readonly note: (text: string) => void
  readonly complain: (error: unknown) => void
  /** Writes to stderr as it is; for the progress bar. */
  readonly raw: (text: string) => void
  /** Colours what goes to stdout. */
  readonly paint: Paint
  /** Colours what goes to stderr, which may be a terminal where stdout is none. */
  readonly paintNote: Paint
  /** Whether a line of stderr can be written over. */
  readonly isTerminal: boolean
  /** The width of stderr's terminal, as it is now. */
  readonly terminalColumns: () => number
}

export function printer(options: PrintOptions): Printer {
  const isDumb = environment['TERM'] === 'dumb'
  const paintFor =
    ({ isTTY }: NodeJS.WriteStream): Paint =>
    (tone, text) =>
      options.color && isTTY && !isDumb && !environment['NO_COLOR']
        ? `\u001B[${codes[tone]}m${text}\u001B[0m`
        : text
  const paintNote = paintFor(process.stderr)
  return {
    ...options,
    paint: paintFor(process.stdout),
    paintNote,
    isTerminal: process.stderr.isTTY && !isDumb,
    terminalColumns: () => process.stderr.columns || usualColumns,
    line: (text = '') => {
      if (!options.json) process.stdout.write(`${text}\n`)
    },
    result: value => {
      process.stdout.write(`${JSON.stringify(value)}\n`)
    },
    note: text => {
      if (!options.quiet) process.stderr.write(`${text}\n`)
    },
    raw: text => {
      process.stderr.write(text)
    },
    complain: error => {
      const message = error instanceof Error ? error.message : String(error)
      const coded = error instanceof P2cError ? message : `UNEXPECTED: ${message}`
      process.stderr.write(`${paintNote('red', coded)}\n`)
      if (options.verbose && error instanceof Error && error.stack)
        process.stderr.write(`${error.stack}\n`)
    },
  }
}

/** Rows as aligned columns; numbers to the right. */
export function table(rows: readonly (readonly (string | number)[])[], indent = '  '): string[] {
  const widths: number[] = []
  for (const row of rows)
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, widthOf(show(cell)))))
  return rows.map(row =>
    (
      indent +
      row
        .map((cell, i) => {
          const gap = ' '.repeat((widths[i] ?? 0) - widthOf(show(cell)))
          return typeof cell === 'number' ? gap + show(cell) : show(cell) + gap
        })
        .join('  ')
    ).trimEnd(),
  )
}

function show(cell: string | number): string {
  return typeof cell === 'number' ? count(cell) : cell
}
