import { count } from '../../amount.ts'
import { inWords } from '../../database/deliveries.ts'
import { exitStatus, P2cError } from '../../errors.ts'
import type { RollbackPreview, RollbackResult } from '../../upgrade/rollback.ts'
import { batchRowsOption } from '../options.ts'
import { type Printer } from '../print.ts'
import type { CommandModule } from '../shell.ts'

interface Options {
  readonly to: string
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly abandonEdits?: boolean
}

/** The way back. */
export const rollbackCommand: CommandModule<Options> = {
  name: 'rollback',
  summary: 'undoes the upgrade exactly, down to a migration that stays, or to the start',
  options: command =>
    command
      .requiredOption('--to <name>', 'the migration that stays the last one, or "start"')
      .option('--dry-run', 'change nothing; print what would happen')
      .option('--yes', 'do not ask; compulsory where there is no terminal')
      .option(
        '--abandon-edits',
        'write values that people changed since to CSV, and take them back',
      )
      .addOption(batchRowsOption()),
  run: async (shell, options) => {
    const { out } = shell
    const input = { to: options.to, abandonEdits: options.abandonEdits }
    if (!options.dryRun && !options.yes && !shell.isInteractive) throw mustSayYes()
    if (options.dryRun || !options.yes) {
      const preview = await shell.run<RollbackPreview>('preview-rollback', input, {
        beginning: 'check and plan',
      })
      if (out.json) out.result({ type: 'result', ...preview })
      printPreview(out, preview)
      const isRefused =
        preview.broken !== null || (preview.edits.count > 0 && !options.abandonEdits)
      if (options.dryRun) return isRefused ? exitStatus.refused : exitStatus.done
      if (preview.steps.length === 0) return exitStatus.done
      if (!(await shell.confirm('Undo this?'))) return exitStatus.done
    }
    const result = await shell.run<RollbackResult>('rollback', input)
    if (out.json) out.result({ type: 'result', outcome: 'done', ...result })
    out.line(
      result.undone.length === 0
        ? 'Nothing to undo.'
        : `${out.paint('green', '✓')} ${count(result.undone.length)} migrations undone. Numbers that were given are remembered.`,
    )
    if (result.exportedTo !== null) out.line(`  The audit of before is in ${result.exportedTo}`)
    if (result.editsFile !== null)
      out.line(`  Edits that were taken back are in ${result.editsFile}`)
    return exitStatus.done
  },
}

function printPreview(out: Printer, { steps, edits, delivered, broken }: RollbackPreview): void {
  if (steps.length === 0) {
    out.line('Nothing to undo.')
    return
  }
  out.line(out.paint('bold', 'What would be undone'))
  for (const step of steps) out.line(`  ${step}`)
  if (broken !== null) out.line(out.paint('red', `SCHEMA_BROKEN: the rehearsal failed: ${broken}`))
  for (const delivery of delivered)
    out.line(out.paint('yellow', `${inWords(delivery)}; what was imported from it stays.`))
  if (edits.count > 0) {
    out.line(out.paint('yellow', `${count(edits.count)} values that people changed since:`))
    for (const edit of edits.examples)
      out.line(
        out.paint(
          'dim',
          `    ${edit.table_name} ${edit.row_id} ${edit.column_name}: ${JSON.stringify(edit.written_value)} -> ${JSON.stringify(edit.current_value)}`,
        ),
      )
  }
}

function mustSayYes(): P2cError {
  return new P2cError('CONFIRMATION_MISSING', {
    what: 'a rollback is asked for where nobody can be asked',
    must: 'a terminal, or --yes',
    found: 'neither',
    next: 'Nothing was changed. Look at it with --dry-run, then add --yes',
    exit: exitStatus.usage,
  })
}
