import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { cpuSecondsOf } from './proc.ts'

/** What a program took. */
export interface Usage {
  readonly wallSeconds: number
  /** In user and system mode, all threads together. */
  readonly cpuSeconds: number
  readonly peakMegabytes: number
  /** Bytes handed to write(), whether or not they reached the disk: the same in every run. */
  readonly writtenMegabytes: number
}

export interface Program {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  /** The file that takes standard output; nobody reads it where there is none. */
  readonly stdout?: string
  /** Exit statuses that are no failure; 0 where nothing is said. */
  readonly succeedsWith?: readonly number[]
}

const pollMillis = 10

/**
 * Runs a program and reads what it took from /proc, which counts for any program alike. The last
 * hundredth of a second may be missed.
 */
export async function measure(program: Program): Promise<Usage> {
  const stdout = program.stdout === undefined ? 'ignore' : openSync(program.stdout, 'w')
  const began = performance.now()
  const child = spawn(program.command, program.args, {
    cwd: program.cwd,
    env: neutralEnvironment(),
    stdio: ['ignore', stdout, 'pipe'],
  })
  let complaints = ''
  child.stderr?.on('data', (text: Buffer) => (complaints += text.toString()))
  let taken: Omit<Usage, 'wallSeconds'> = { cpuSeconds: 0, peakMegabytes: 0, writtenMegabytes: 0 }
  const poll = setInterval(() => {
    taken = (child.pid === undefined ? undefined : takenBy(child.pid)) ?? taken
  }, pollMillis)
  try {
    const { status, millis } = await new Promise<{ status: number | null; millis: number }>(
      (resolve, reject) => {
        child.on('error', reject)
        child.on('exit', () => {
          clearInterval(poll)
        })
        child.on('close', status => {
          resolve({ status, millis: performance.now() - began })
        })
      },
    )
    if (!(program.succeedsWith ?? [0]).includes(status ?? -1))
      throw new Error(
        `${[program.command, ...program.args].join(' ')} ended with ${String(status)}: ${complaints}`,
      )
    return { wallSeconds: millis / 1000, ...taken }
  } finally {
    clearInterval(poll)
    if (typeof stdout === 'number') closeSync(stdout)
  }
}

/** The environment without the settings of the person who runs the bench. */
function neutralEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('P2C_')),
  )
}

/** undefined once the process is gone. */
function takenBy(pid: number): Omit<Usage, 'wallSeconds'> | undefined {
  try {
    const read = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8')
    const peak = /^VmHWM:\s+(\d+)/m.exec(read('status'))?.[1]
    const written = /^wchar: (\d+)/m.exec(read('io'))?.[1]
    if (peak === undefined || written === undefined) return undefined
    return {
      cpuSeconds: cpuSecondsOf(pid).own,
      peakMegabytes: Number(peak) / 1024,
      writtenMegabytes: Number(written) / 1e6,
    }
  } catch {
    return undefined
  }
}
