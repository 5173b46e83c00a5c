import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { fileURLToPath } from 'node:url'

const bin = fileURLToPath(new URL('../../src/cli/bin.ts', import.meta.url))
const loader = import.meta.resolve('tsx')

export interface Outcome {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A command at work. */
export interface Running {
  readonly child: ChildProcess
  readonly outcome: Promise<Outcome>
  /** Comes when what was printed so far, to either stream, matches; fails where it ends before. */
  readonly printed: (pattern: RegExp) => Promise<void>
}

/** Runs the command from source, as a user would, without any `P2C_*` of this machine. */
export function p2c(args: readonly string[], cwd: string): Promise<Outcome> {
  return start(args, cwd).outcome
}

/** The same, for tests that disturb it. */
export function start(args: readonly string[], cwd: string): Running {
  return startProcess(process.execPath, ['--import', loader, bin, ...args], { cwd })
}

/** The command as a shell would take it, for pipelines. */
export const commandLine = shellWords([process.execPath, '--import', loader, bin])

/** Words as a shell takes them for what they are. */
export function shellWords(words: readonly string[]): string {
  return words.map(word => `'${word}'`).join(' ')
}

/** Any process; its environment has nothing but the path. */
export function startProcess(
  file: string,
  args: readonly string[],
  options: Pick<SpawnOptions, 'cwd' | 'detached'>,
): Running {
  const child = spawn(file, args, {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] },
  })
  const texts = { stdout: '', stderr: '' }
  const printed = new EventEmitter().setMaxListeners(0)
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', chunk => {
      texts[name] += String(chunk)
      printed.emit('more')
    })
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status, signal) => {
      resolve({ status, signal, ...texts })
      printed.emit('more')
    })
  })
  return {
    child,
    outcome,
    printed: async pattern => {
      while (!pattern.test(texts.stdout) && !pattern.test(texts.stderr)) {
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`it ended without ${String(pattern)}: ${texts.stdout}${texts.stderr}`)
        await once(printed, 'more')
      }
    },
  }
}
