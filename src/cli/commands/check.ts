import type { Finding } from '../../check/finding.ts'
import { exitStatus } from '../../errors.ts'
import { printFindings } from '../findings.ts'
import { statusFor, type CommandModule } from '../shell.ts'

/** Is this database ready? Reads only. */
export const checkCommand: CommandModule<object> = {
  name: 'check',
  summary: 'is this database ready for the upgrade? reads only',
  options: command => command,
  run: async ({ out, run }) => {
    const findings = await run<Finding[]>('check')
    const isBlocked = findings.some(finding => finding.severity === 'blocking')
    printFindings(out, findings)
    if (out.json) out.result({ type: 'result', ready: !isBlocked, findings })
    if (isBlocked) {
      out.line(out.paint('red', 'Not ready: the upgrade would be refused.'))
      return exitStatus.refused
    }
    out.line(
      findings.length === 0
        ? out.paint('green', 'Ready. Nothing to remark.')
        : 'Ready, with warnings. Nothing of this stops the upgrade.',
    )
    return statusFor(findings.length > 0)
  },
}
