import { Option } from 'commander'
import { count as counted } from '../../amount.ts'
import { exitStatus, P2cError, type ExitStatus } from '../../errors.ts'
import type { FinopsImportResult } from '../../import/finops.ts'
import type { ImportResult } from '../../import/result.ts'
import { hasFindings } from '../../import/result.ts'
import { batchRowsOption } from '../options.ts'
import { table } from '../print.ts'
import { statusFor, type CommandModule, type Shell } from '../shell.ts'

interface Options {
  readonly from?: string
  readonly finops?: string
  readonly rejects?: string
  readonly create?: boolean
  readonly dryRun?: boolean
  readonly map?: string
  readonly dateFormat?: string
  readonly deleteMissing?: boolean
}

/** Loads a Sales extract. */
export const importCommand: CommandModule<Options> = {
  name: 'import',
  summary: 'loads a Sales extract (accounts, contacts, quotes, orders, invoices as CSV)',
  options: command =>
    command
      .option('--from <folder>', 'the folder with accounts.csv, contacts.csv, …')
      .addOption(
        new Option(
          '--finops <file>',
          'instead: what Finance and Operations has, Customers V2 or CDS Contacts as CSV',
        ).conflicts(['from', 'create', 'dryRun', 'map', 'dateFormat', 'deleteMissing']),
      )
      .option('--create', 'make the Sales tables, and the SQLite file, where they are missing')
      .option('--rejects <file>', 'where rejected rows go (default: rejects-<time>.csv here)')
      .option('--dry-run', 'change nothing; read, validate and compare')
      .option('--map <file>', 'JSON: {file: {CSV column: logical name}}')
      .option('--date-format <format>', 'of dates that are not ISO 8601, e.g. "M/d/yyyy h:mm a"')
      .option('--delete-missing', 'delete rows that are not in the extract')
      .addOption(batchRowsOption()),
  run: async (shell, options) => {
    const { out, run } = shell
    if (options.finops !== undefined) return importFinops(shell, options)
    if (options.from === undefined) throw nothingToImport()
    const job = options.dryRun ? 'preview-import' : options.create ? 'import-create' : 'import'
    const result = await run<ImportResult>(job, options, { beginning: 'import' })
    if (out.json) out.result({ type: 'result', ...result })
    const heads = [
      '',
      'rows',
      'inserted',
      'updated',
      'unchanged',
      'rejected',
      ...(options.deleteMissing ? ['deleted'] : []),
    ]
    const rows = result.files.map(file => [
      file.file,
      file.rows,
      file.inserted,
      file.updated,
      file.unchanged,
      file.rejected,
      ...(options.deleteMissing ? [file.deleted] : []),
    ])
    for (const line of table([heads, ...rows])) out.line(line)
    for (const { file, rejectedByCode } of result.files)
      for (const [code, count] of Object.entries(rejectedByCode))
        out.line(`  ${out.paint('yellow', code)}  ${count} in ${file}`)
    if (result.rejects !== null) out.line(`  Rejected rows are in ${result.rejects}`)
    if (result.dryRun) out.line('Nothing was changed.')
    return statusFor(hasFindings(result))
  },
}

async function importFinops({ out, run }: Shell, options: Options): Promise<ExitStatus> {
  const result = await run<FinopsImportResult>('import-finops', options)
  if (out.json) out.result({ type: 'result', ...result })
  const { entity, rows, taken, rejected, rejects } = result
  const heads = ['', 'rows', 'taken', 'rejected']
  for (const line of table([heads, [entity, rows, taken, rejected]])) out.line(line)
  if (rejects !== null) out.line(`  ${counted(rejected)} rejected rows are in ${rejects}`)
  out.line('"p2c check" tells what the sync would overwrite, and which keys somebody else has.')
  return statusFor(rejected > 0)
}

function nothingToImport(): P2cError {
  return new P2cError('OPTION_MISSING', {
    what: 'it is not said what to import',
    must: '--from FOLDER with a Sales extract, or --finops FILE',
    found: 'neither',
    next: 'See "p2c import --help"',
    exit: exitStatus.usage,
  })
}
