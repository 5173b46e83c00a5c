import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Teardown } from './database.ts'

const project = new URL('../../', import.meta.url)

/** Runs a TypeScript file of the project, by its path there, in a process of its own. */
export function startScript(...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', ...args], {
    cwd: project,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
}

/**
 * A script that says a line when it is ready, and then answers each line with another. Gives back
 * what asks it; it is ended with the test.
 */
export async function startServant(
  t: Teardown,
  ...args: readonly string[]
): Promise<(line: string) => Promise<string>> {
  const child = startScript(...args)
  t.teardown(() => child.kill('SIGKILL'))
  const { stdin, stdout } = child
  if (!stdin || !stdout) throw new Error('a process without pipes')
  const lines = createInterface({ input: stdout })
  const nextLine = async () => String((await once(lines, 'line'))[0])
  await nextLine()
  return line => {
    const answer = nextLine()
    stdin.write(`${line}\n`)
    return answer
  }
}
