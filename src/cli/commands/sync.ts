import { Option } from 'commander'
import { exitStatus, type ExitStatus } from '../../errors.ts'
import type { PastExecution } from '../../sync/history.ts'
import type { SyncResult } from '../../sync/sync.ts'
import { templateNames } from '../../sync/template.ts'
import { hasRejects } from '../../upgrade/rejects.ts'
import { moment } from '../moment.ts'
import { batchRowsOption, workersOption } from '../options.ts'
import { table, type Printer } from '../print.ts'
import { statusFor, type CommandModule, type Shell } from '../shell.ts'

interface Options {
  readonly template?: string
  readonly full?: boolean
  readonly retry?: boolean
  readonly history?: boolean
  readonly workers?: number
}

/** Runs the projects again. */
export const syncCommand: CommandModule<Options> = {
  name: 'sync',
  summary: 'runs the projects again: what changed, everything, or only what was rejected',
  options: command =>
    command
      .addOption(new Option('--template <name>', 'only this one').choices(templateNames))
      .option('--full', 'everything')
      .addOption(new Option('--retry', 'only rows that were rejected').conflicts('full'))
      .addOption(
        new Option('--history', 'runs nothing; tells the last executions').conflicts([
          'template',
          'full',
          'retry',
        ]),
      )
      .addOption(workersOption())
      .addOption(batchRowsOption()),
  run: async (shell, { template, full, retry, history, workers }) => {
    const { out, run } = shell
    if (history) return tellHistory(shell)
    const result = await run<SyncResult>('sync', {
      mode: full ? 'full' : retry ? 'retry' : 'changed',
      ...(template === undefined ? {} : { templates: [template] }),
      workers,
    })
    if (out.json) out.result({ type: 'result', ...result })
    printSync(out, result)
    return statusFor(hasRejects(result))
  },
}

const tones = { Completed: 'green', Warning: 'yellow', Error: 'red' } as const

async function tellHistory({ out, run }: Shell): Promise<ExitStatus> {
  const executions = await run<PastExecution[]>('sync-history')
  if (out.json) out.result({ type: 'result', executions })
  const heads = ['started', '', '', '', '', 'inserted', 'updated', 'unchanged', 'rejected']
  const rows = executions.flatMap(({ startedOn, template, mode, status, state, legs }) =>
    legs.map(({ leg, inserted, updated, unchanged, rejected }, i) => [
      ...(i === 0
        ? [
            moment(startedOn),
            template,
            mode,
            status === null ? state : out.paint(tones[status], status),
          ]
        : ['', '', '', '']),
      leg,
      inserted,
      updated,
      unchanged,
      rejected,
    ]),
  )
  if (rows.length === 0) out.line('There was no execution yet.')
  else for (const line of table([heads, ...rows])) out.line(line)
  return exitStatus.done
}

/** What became of the records, per template and leg. */
export function printSync(out: Printer, { templates }: SyncResult): void {
  const heads = ['', '', '', 'inserted', 'updated', 'unchanged', 'rejected']
  const rows = templates.flatMap(({ template, status, legs }) =>
    legs.map(({ leg, inserted, updated, unchanged, rejected }, i) => [
      i === 0 ? template : '',
      i === 0 ? out.paint(tones[status], status) : '',
      leg,
      inserted,
      updated,
      unchanged,
      rejected,
    ]),
  )
  for (const line of table([heads, ...rows])) out.line(line)
}
