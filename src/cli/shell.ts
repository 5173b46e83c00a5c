import type { Command } from 'commander'
import { createInterface } from 'node:readline/promises'
import { environment, loadConfig, type Config } from '../config.ts'
import { exitStatus, type ExitStatus } from '../errors.ts'
import { runInEngine } from './host.ts'
import type { JobName } from './jobs.ts'
import { printer, wantsColor, type Printer } from './print.ts'
import { reporter } from './reporter.ts'

/** Options that every command takes. */
export interface CommonOptions {
  readonly database?: string
  readonly schema?: string
  readonly config?: string
  readonly json?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
  readonly color?: boolean
}

/** What a command has at hand: the settings, the screen, and the engine. */
export interface Shell {
  readonly config: Config
  readonly out: Printer
  /** Runs a job to its end, showing its events. */
  readonly run: <Result>(job: JobName, input?: unknown, limits?: Limits) => Promise<Result>
  /** Asks the person at the terminal. */
  readonly confirm: (question: string) => Promise<boolean>
  /** Whether there is a person to ask. */
  readonly isInteractive: boolean
}

export interface Limits {
  readonly pauseMillis?: number
  readonly until?: number | null
}

/** A command: its options, and what it does; returns the exit status. */
export interface CommandModule<Options> {
  readonly name: string
  readonly summary: string
  /** The command of which this is a part: `audit` of `audit export`. */
  readonly group?: { readonly name: string; readonly summary: string }
  readonly options: (command: Command) => Command
  readonly run: (
    shell: Shell,
    options: Options,
    argument: string | undefined,
  ) => Promise<ExitStatus>
}

export function printerOf(options: CommonOptions): Printer {
  return printer({
    json: options.json ?? false,
    quiet: options.quiet ?? false,
    verbose: options.verbose ?? false,
    color: wantsColor(options.color ?? true),
  })
}

/** Settings from the command line, by the keys of the configuration. */
export type Settings = Readonly<Record<string, unknown>>

export function shellOf(out: Printer, options: CommonOptions, settings: Settings): Shell {
  const config = loadConfig({
    options: {
      ...(options.database === undefined ? {} : { database: options.database }),
      ...(options.schema === undefined ? {} : { schema: options.schema }),
      ...settings,
    },
    env: environment,
    ...(options.config === undefined ? {} : { file: options.config }),
  })
  return {
    config,
    out,
    isInteractive: process.stdin.isTTY && process.stderr.isTTY,
    run: async <Result>(job: JobName, input: unknown = {}, limits: Limits = {}) => {
      const events = reporter(out)
      try {
        return (await runInEngine(
          { job, config, input },
          { ...limits, take: events.take, say: out.note },
        )) as Result
      } finally {
        events.close()
      }
    },
    confirm: async question => {
      const terminal = createInterface({ input: process.stdin, output: process.stderr })
      try {
        return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim())
      } finally {
        terminal.close()
      }
    },
  }
}

/** The status of a command that has something to report, or nothing. */
export function statusFor(hasFindings: boolean): ExitStatus {
  return hasFindings ? exitStatus.findings : exitStatus.done
}
