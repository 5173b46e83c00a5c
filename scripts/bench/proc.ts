import { readFileSync } from 'node:fs'

/** The kernel's unit for times in /proc, which is the same on every Linux of our days. */
const ticksPerSecond = 100

/** Seconds of CPU, in user and system mode. */
export interface CpuSeconds {
  readonly own: number
  /** Of children that it has seen end. */
  readonly ended: number
}

/** @throws where there is no such process */
export function cpuSecondsOf(pid: number): CpuSeconds {
  // The second field is the program's name in brackets, which may itself hold spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  const seconds = (user: number) =>
    (Number(fields[user]) + Number(fields[user + 1])) / ticksPerSecond
  return { own: seconds(11), ended: seconds(13) }
}
