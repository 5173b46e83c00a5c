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
  return new Promise<boolean>((resolve, reject) => {
    terminal.on('SIGINT', () => {
      write('\n')
      reject(new Stopped(130, 'question'))
    })
    terminal.on('close', () => {
      resolve(false)
    })
    terminal.question(`${question} [y/N] `, answer => {
      resolve(/^y(es)?$/i.test(answer.trim()))
    })
  }).finally(() => {
    terminal.close()
  })
}
