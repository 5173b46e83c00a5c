import type { Status } from '../../migration/status.ts'
import { count, table } from '../print.ts'
import { statusFor, type CommandModule } from '../shell.ts'

/** Which migrations are applied, and what happened lately. Reads only. */
export const statusCommand: CommandModule<object> = {
  name: 'status',
  summary: 'which migrations are applied, which run is under way; reads only',
  options: command => command,
  run: async ({ out, run }) => {
    const status = await run<Status>('status')
    if (out.json) out.result({ type: 'result', ...status })
    out.line(out.paint('dim', status.database))
    const tone = {
      applied: 'green',
      pending: 'yellow',
      interrupted: 'yellow',
      changed: 'red',
      missing: 'red',
    } as const
    const rows = status.migrations.map(one => [
      out.paint(tone[one.state], one.state),
      one.name,
      out.paint('dim', one.appliedOn ?? ''),
    ])
    for (const line of table(rows)) out.line(line)
    if (status.runs.length > 0) {
      out.line()
      out.line('Last runs')
      const runs = status.runs.map(one => [
        one.startedOn,
        one.command,
        one.outcome,
        one.rows,
        one.outcome === 'running' || one.outcome === 'interrupted' || one.outcome === 'stopped'
          ? `${one.step ?? ''}${one.done === null ? '' : ` ${count(one.done)}/${one.total === null ? '?' : count(one.total)}`}`
          : '',
      ])
      for (const line of table(runs)) out.line(line)
    }
    return statusFor(status.migrations.some(one => one.state !== 'applied'))
  },
}
