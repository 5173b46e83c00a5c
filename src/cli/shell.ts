import type { Command } from 'commander'
import type { Config } from '../config.ts'
import { environment } from '../environment.ts'
import { exitStatus, type ExitStatus } from '../errors.ts'
import { finish } from '../events.ts'
import { loadConfig } from '../load-config.ts'
import { confirm } from './confirm.ts'
import type { JobName } from './jobs.ts'
import { printer, type Printer } from './print.ts'

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
  /** Runs a job to its end in the engine, showing its events. */
  readonly run: <Result>(job: JobName, input?: unknown, manner?: Manner) => Promise<Result>
  /** Runs a job of a few small statements right here, which saves the engine's start. */
  readonly runHere: <Result>(job: JobName) => Promise<Result>
  /** Asks the person at the terminal. @throws Stopped at Ctrl-C */
  readonly confirm: (question: string) => Promise<boolean>
  /** Whether there is a person to ask. */
  readonly isInteractive: boolean
}

/** How a job is to be run. */
export interface Manner {
  readonly pauseMillis?: number
  readonly until?: number | null
  /** What it does before it tells of a step. */
  readonly beginning?: string
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
    color: options.color ?? true,
  })
}

/** Settings from the command line, by the keys of the configuration. */
export type Settings = Readonly<Record<string, unknown>>

/** What only some commands need is loaded when they need it: `p2c --help` is to be quick. */
export async function shellOf(
  out: Printer,
  options: CommonOptions,
  settings: Settings,
): Promise<Shell> {
  const config = await loadConfig({
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
    run: async <Result>(job: JobName, input: unknown = {}, manner: Manner = {}) => {
      const { runInEngine } = await import('./host.ts')
      const { reporter } = await import('./reporter.ts')
      const { beginning = job, ...limits } = manner
      const { take, say, close } = reporter(out, beginning)
      try {
        return (await runInEngine({ job, config, input }, { ...limits, take, say })) as Result
      } finally {
        close()
      }
    },
    runHere: async <Result>(job: JobName) => {
      const { runJob } = await import('./jobs.ts')
      return (await finish(runJob({ job, config, input: {} }))) as Result
    },
    confirm: question => confirm(question, out.raw),
  }
}

/** The status of a command that has something to report, or nothing. */
export function statusFor(hasFindings: boolean): ExitStatus {
  return hasFindings ? exitStatus.findings : exitStatus.done
}
