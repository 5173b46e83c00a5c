import { count } from '../../amount.ts'
import type { AuditComparison, AuditDifference } from '../../audit/compare.ts'
import type { Manifest } from '../../audit/read-audit.ts'
import { exitStatus } from '../../errors.ts'
import { table } from '../print.ts'
import { statusFor, type CommandModule } from '../shell.ts'

interface Options {
  readonly out?: string
  readonly from?: string
  readonly excel?: boolean
  readonly gzip?: boolean
}

const group = { name: 'audit', summary: 'the audit: what was done to whom, as CSV files' }

/** Five files that tell all. */
export const auditExportCommand: CommandModule<Options> = {
  name: 'export',
  group,
  summary: 'writes contacts, accounts, changes, sync and runs as CSV, with a manifest',
  options: command =>
    command
      .requiredOption('--out <folder>', 'where the files go')
      .option('--excel', 'for spreadsheets: a BOM, and formulas defused')
      .option('--gzip', 'compress the files'),
  run: async ({ out, run }, options) => {
    const manifest = await run<Manifest>('audit-export', options)
    if (out.json) out.result({ type: 'result', ...manifest })
    for (const line of table(manifest.files.map(file => [file.name, file.rows]))) out.line(line)
    out.line(`  in ${String(options.out)}, with manifest.json`)
    return exitStatus.done
  },
}

/** The comparison of such files with the database. */
export const auditVerifyCommand: CommandModule<Options> = {
  name: 'verify',
  group,
  summary: 'compares an audit export with the database',
  options: command => command.requiredOption('--from <folder>', 'the folder of the export'),
  run: async ({ out, run }, options) => {
    const { count: all, differences } = await run<AuditComparison>('audit-verify', options)
    if (out.json) out.result({ type: 'result', count: all, differences })
    for (const difference of differences.slice(0, shown)) out.line(`  ${inWords(difference)}`)
    if (all > shown) out.line(`  … ${count(all)} in all`)
    out.line(
      all === 0
        ? `${out.paint('green', '✓')} The database is as the export says.`
        : out.paint('yellow', `${count(all)} differences.`),
    )
    return statusFor(all > 0)
  },
}

const shown = 50

function inWords({ file, kind, key, column, from, to }: AuditDifference): string {
  const row = Object.values(key).join(' ')
  if (kind !== 'changed') return `${file}: ${row} is ${kind}`
  return `${file}: ${row}: ${String(column)} was ${JSON.stringify(from)}, is ${JSON.stringify(to)}`
}
