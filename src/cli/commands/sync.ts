import { Option } from 'commander'
import type { SyncResult } from '../../sync/sync.ts'
import type { TemplateName } from '../../sync/template.ts'
import { hasRejects } from '../../upgrade/rejects.ts'
import { batchRowsOption } from '../options.ts'
import { table, type Printer } from '../print.ts'
import { statusFor, type CommandModule } from '../shell.ts'

const templateNames: readonly TemplateName[] = ['accounts', 'contacts', 'contacts-to-customer']

interface Options {
  readonly template?: string
  readonly full?: boolean
  readonly retry?: boolean
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
      .addOption(batchRowsOption()),
  run: async ({ out, run }, { template, full, retry }) => {
    const result = await run<SyncResult>('sync', {
      mode: full ? 'full' : retry ? 'retry' : 'changed',
      ...(template === undefined ? {} : { templates: [template] }),
    })
    if (out.json) out.result({ type: 'result', ...result })
    printSync(out, result)
    return statusFor(hasRejects(result))
  },
}

/** What became of the records, per template and leg. */
export function printSync(out: Printer, { templates }: SyncResult): void {
  const tones = { Completed: 'green', Warning: 'yellow', Error: 'red' } as const
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
