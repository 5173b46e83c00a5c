import { count } from '../amount.ts'
import type { Finding } from '../check/finding.ts'
import { type Printer } from './print.ts'

/** Prints what `check` found, the way a person wants to read it. */
export function printFindings(out: Printer, findings: readonly Finding[]): void {
  for (const { code, severity, count: rows, examples, what, next } of findings) {
    const tone = severity === 'blocking' ? 'red' : 'yellow'
    out.line(
      `${out.paint(tone, severity === 'blocking' ? '✗' : '!')} ${out.paint('bold', code)}  ${what}.`,
    )
    for (const example of examples.slice(0, shown)) out.line(out.paint('dim', `    ${example}`))
    if (rows > shown) out.line(out.paint('dim', `    … ${count(rows)} in all`))
    out.line(`    ${next}.`)
  }
}

const shown = 10
