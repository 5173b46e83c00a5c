import { Option } from 'commander'
import { oddities } from '../../seed/options.ts'
import type { SeedResult } from '../../seed/seed.ts'
import type { SeedExtractResult } from '../../seed/extract.ts'
import { exitStatus } from '../../errors.ts'
import { share, wholeNumber } from '../options.ts'
import { table } from '../print.ts'
import type { CommandModule } from '../shell.ts'

interface Options {
  readonly out?: string
  readonly gzip?: boolean
  readonly odd?: string[]
  readonly [option: string]: unknown
}

/** Sample data. */
export const seedCommand: CommandModule<Options> = {
  name: 'seed',
  summary: 'makes sample Sales data as it is before the upgrade; the same seed, the same data',
  options: command =>
    command
      .option('--contacts <n>', 'how many contacts (default: 200)', wholeNumber)
      .option('--seed <n>', 'another number, other data (default: 1)', wholeNumber)
      .option('--active <share>', 'contacts with documents (default: 0.4)', share)
      .option('--missing-account-numbers <share>', 'accounts without (default: 0.4)', share)
      .option('--sorted-created-on', 'store the oldest rows first')
      .addOption(
        new Option('--odd <what>', 'data that asks for trouble; may be repeated')
          .choices(Object.keys(oddities))
          .argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]),
      )
      .option('--out <folder>', 'write an extract for import, and no database')
      .option('--gzip', 'with --out: compress the files'),
  run: async ({ out, run }, { odd, ...options }) => {
    const input = { ...options, ...(odd ? { oddities: odd } : {}) }
    if (options.out !== undefined) {
      const { files } = await run<SeedExtractResult>('seed-extract', input)
      if (out.json) out.result({ type: 'result', files })
      for (const line of table(files.map(file => [file.name, file.rows]))) out.line(line)
      return exitStatus.done
    }
    const { tables } = await run<SeedResult>('seed', input)
    if (out.json) out.result({ type: 'result', tables })
    for (const line of table(tables.map(one => [one.table, one.rows]))) out.line(line)
    return exitStatus.done
  },
}
