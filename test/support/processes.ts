import { spawn, type ChildProcess } from 'node:child_process'

const project = new URL('../../', import.meta.url)

/** Runs a TypeScript file of the project, by its path there, in a process of its own. */
export function startScript(...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', ...args], {
    cwd: project,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
}
