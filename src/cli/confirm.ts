import { createInterface } from 'node:readline'
import { Stopped } from './stopped.ts'

/**
 * Asks the person at the terminal; whoever closes the input has not agreed.
 *
 * @param write writes to the terminal
 * @throws Stopped at Ctrl-C
 */
export function confirm(question: string, write: (text: string) => void): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  let isAnswered = false
  return new Promise<boolean>((resolve, reject) => {
    terminal.on('SIGINT', () => {
      reject(new Stopped(130, 'question'))
    })
    terminal.on('close', () => {
      resolve(false)
    })
    terminal.question(`${question} [y/N] `, answer => {
      isAnswered = true
      resolve(/^y(es)?$/i.test(answer.trim()))
    })
  }).finally(() => {
    if (!isAnswered) write('\n')
    terminal.close()
  })
}
