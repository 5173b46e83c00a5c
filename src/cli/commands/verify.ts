import { count } from '../../amount.ts'
import type { Violation } from '../../invariant.ts'

import { statusFor, type CommandModule } from '../shell.ts'

/** Proves the result. Reads only. */
export const verifyCommand: CommandModule<object> = {
  name: 'verify',
  summary: 'proves the result: numbers, flags, counters, targets; reads only',
  options: command => command,
  run: async ({ out, run }) => {
    const { truths, violations } = await run<{ truths: number; violations: Violation[] }>('verify')
    if (out.json) out.result({ type: 'result', truths, violations })
    for (const { name, count: rows, examples } of violations) {
      out.line(`${out.paint('red', '✗')} ${count(rows)} ${name}`)
      for (const example of examples) out.line(out.paint('dim', `    ${JSON.stringify(example)}`))
    }
    out.line(
      violations.length === 0
        ? `${out.paint('green', '✓')} All ${truths} truths hold.`
        : `${violations.length} of ${truths} truths do not hold.`,
    )
    return statusFor(violations.length > 0)
  },
}
