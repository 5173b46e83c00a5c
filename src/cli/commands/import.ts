import type { ImportResult } from '../../import/result.ts'
import { hasFindings } from '../../import/result.ts'
import { batchRowsOption } from '../options.ts'
import { table } from '../print.ts'
import { statusFor, type CommandModule } from '../shell.ts'

interface Options {
  readonly from: string
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
      .requiredOption('--from <folder>', 'the folder with accounts.csv, contacts.csv, …')
      .option('--create', 'make the Sales tables, and the SQLite file, where they are missing')
      .option('--rejects <file>', 'where rejected rows go (default: rejects-<time>.csv here)')
      .option('--dry-run', 'change nothing; read, validate and compare')
      .option('--map <file>', 'JSON: {file: {CSV column: logical name}}')
      .option('--date-format <format>', 'of dates that are not ISO 8601, e.g. "M/d/yyyy h:mm a"')
      .option('--delete-missing', 'delete rows that are not in the extract')
      .addOption(batchRowsOption()),
  run: async ({ out, run }, options) => {
    const job = options.dryRun ? 'preview-import' : options.create ? 'import-create' : 'import'
    const result = await run<ImportResult>(job, options)
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
