import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { compiled } from './compiled.ts'
import type { Teardown } from './database.ts'

/** Runs a TypeScript file of the project, by its path there, in a process of its own. */
export async function startScript(
  script: string,
  ...args: readonly string[]
): Promise<ChildProcess> {
  return spawn(process.execPath, [await compiled(script), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] },
  })
}

/**
 * A script that says a line when it is ready, and then answers each line with another. Gives back
 * what asks it; it is ended with the test.
 */
export async function startServant(
  t: Teardown,
  script: string,
  ...args: readonly string[]
): Promise<(line: string) => Promise<string>> {
  const child = await startScript(script, ...args)
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
