import { printStatus } from '../status-page.ts'
import { statusFor, type CommandModule } from '../shell.ts'
import type { Status } from '../../migration/status.ts'

/** Which migrations are applied, and what happened lately. Reads only. */
export const statusCommand: CommandModule<object> = {
  name: 'status',
  summary: 'which migrations are applied, which run is under way; reads only',
  options: command => command,
  run: async ({ out, runHere }) => {
    const status = await runHere<Status>('status')
    if (out.json) out.result({ type: 'result', ...status })
    printStatus(out, status)
    return statusFor(status.migrations.some(one => one.state !== 'applied'))
  },
}
