import { InvalidArgumentError, Option } from 'commander'
import { amount, count } from '../../amount.ts'
import { exitStatus, P2cError, type ExitStatus } from '../../errors.ts'
import type { JoinResult } from '../../upgrade/join.ts'
import type { UpgradePreview, UpgradeResult } from '../../upgrade/migrate.ts'
import { hasRejected } from '../../upgrade/rejects.ts'
import { printFindings } from '../findings.ts'
import { table, type Printer } from '../print.ts'
import { statusFor, type CommandModule, type Shell } from '../shell.ts'
import { duration } from '../progress.ts'
import { batchRowsOption, momentOf, workersOption } from '../options.ts'
import { printSync } from './sync.ts'

interface Options {
  readonly to?: string
  readonly dryRun?: boolean
  readonly sql?: boolean
  readonly yes?: boolean
  readonly accept?: string[]
  readonly plan?: string
  readonly backup?: string
  readonly retry?: boolean
  readonly until?: number
  readonly pauseMs?: number
  readonly workers?: number
  readonly join?: boolean
}

/** The upgrade. */
export const migrateCommand: CommandModule<Options> = {
  name: 'migrate',
  summary: 'the upgrade: checks, then applies every pending migration; can be stopped and resumed',
  options: command =>
    command
      .option('--to <name>', 'the last migration to apply')
      .option('--dry-run', 'change nothing; print what would happen')
      .option('--sql', 'change nothing; print the SQL of the steps, both ways')
      .option('--yes', 'do not ask')
      .option('--accept <code>', 'take a blocking finding on; may be repeated', collect)
      .option('--plan <hash>', 'go on only if the plan still has this hash')
      .option('--backup <file>', 'copy the SQLite database first')
      .option('--retry', 'try the rows again that the database refused')
      .option('--until <time>', 'stop at a batch border by then, for instance 23:30', momentOf)
      .option('--pause-ms <n>', 'rest after each batch', milliseconds)
      .addOption(workersOption())
      .addOption(
        new Option(
          '--join',
          'take part in the backfills of the run that is at work (PostgreSQL)',
        ).conflicts(['to', 'dryRun', 'sql', 'accept', 'plan', 'backup', 'retry']),
      )
      .addOption(batchRowsOption()),
  run: async (shell, options) => {
    const { out } = shell
    if (options.join) return join(shell, options)
    const input = {
      to: options.to,
      accept: options.accept ?? [],
      plan: options.plan,
      backup: options.backup,
      retry: options.retry ?? false,
      workers: options.workers,
    }
    const asks = shell.isInteractive && !options.yes && !out.json
    if (options.dryRun || options.sql || asks) {
      const preview = await shell.run<UpgradePreview>('preview-migrate', input, {
        beginning: 'check and plan',
      })
      if (out.json) out.result({ type: 'result', ...preview })
      if (options.sql) printSql(out, preview)
      else printPreview(out, preview)
      if (preview.plan === null) return exitStatus.refused
      if (options.dryRun || options.sql) return exitStatus.done
      if (preview.plan.steps.length === 0 && !options.retry) return exitStatus.done
      if (!(await shell.confirm('Go on?'))) return exitStatus.done
      input.plan ??= preview.plan.hash
    }
    const manner = {
      ...limitsOf(options),
      beginning: options.backup === undefined ? 'check' : `check, then copy to ${options.backup}`,
    }
    const result = await shell
      .run<UpgradeResult>('migrate', input, manner)
      .catch((error: unknown) => {
        if (error instanceof P2cError && error.code === 'CHECK_REFUSED')
          printFindings(out, error.details as UpgradePreview['findings'])
        throw error
      })
    return printResult(out, result)
  },
}

function limitsOf({ pauseMs, until }: Options) {
  return { pauseMillis: pauseMs ?? 0, until: until ?? null }
}

async function join({ out, run }: Shell, options: Options): Promise<ExitStatus> {
  const { workers } = options
  const manner = { ...limitsOf(options), beginning: 'join' }
  const result = await run<JoinResult>('join-migrate', { workers }, manner)
  if (out.json) out.result({ type: 'result', outcome: 'done', ...result })
  out.line(`${out.paint('green', '✓')} Took part: ${count(result.rows)} rows numbered and flagged.`)
  return exitStatus.done
}

function printPreview(out: Printer, { findings, refusedBy, plan }: UpgradePreview): void {
  printFindings(out, findings)
  if (plan === null) {
    out.line(out.paint('red', `The upgrade would be refused: ${refusedBy.join(', ')}.`))
    return
  }
  if (plan.steps.length === 0) {
    out.line('Nothing to do: every migration is applied.')
    return
  }
  out.line(out.paint('bold', 'What would happen'))
  for (const { name, changes, backfill, begun } of plan.steps) {
    out.line(`  ${name}${begun ? ' (goes on where it was)' : ''}`)
    for (const change of changes) out.line(out.paint('dim', `    ${change}`))
    if (backfill) {
      const numbers =
        backfill.firstNumber === null
          ? 'no new numbers'
          : `${count(backfill.newNumbers)} new numbers, ${backfill.firstNumber} to ${String(backfill.lastNumber)}`
      out.line(`    ${count(backfill.rows)} rows of ${backfill.table}: ${numbers}`)
      for (const { key, before, after } of backfill.samples)
        for (const line of sample(key, before, after)) out.line(out.paint('dim', `      ${line}`))
    }
  }
  out.line(
    `About ${duration(plan.estimatedSeconds)} (minutes:seconds). Plan ${plan.hash}. Nothing was changed.`,
  )
}

function sample(
  key: string,
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): string[] {
  const show = (value: unknown) =>
    value === null || value === undefined
      ? '—'
      : typeof value === 'string'
        ? value
        : JSON.stringify(value)
  return [
    key,
    ...Object.keys(after).map(name => `  ${name}: ${show(before[name])} → ${show(after[name])}`),
  ]
}

function printSql(out: Printer, { plan }: UpgradePreview): void {
  for (const { name, statements } of plan?.steps ?? []) {
    out.line(`-- ${name}: up`)
    for (const statement of statements.up) out.line(`${statement};`)
    out.line(`-- ${name}: down`)
    for (const statement of statements.down) out.line(`${statement};`)
    out.line()
  }
}

function printResult(out: Printer, result: UpgradeResult): ExitStatus {
  if (out.json) out.result({ type: 'result', outcome: 'done', ...result })
  out.line(
    result.applied.length === 0
      ? 'Nothing to do: every migration is applied.'
      : `${out.paint('green', '✓')} ${amount(result.applied.length, 'migration')} applied.`,
  )
  const lines = table([
    ['rows numbered and flagged', result.rows],
    ...(result.rejected > 0 ? [['rows refused by the database', result.rejected] as const] : []),
    ...(result.findings.length > 0
      ? [
          [
            'findings taken on',
            result.findings.length,
            result.findings.map(finding => finding.code).join(', '),
          ] as const,
        ]
      : []),
  ])
  if (result.applied.length > 0) for (const line of lines) out.line(line)
  if (result.sync) printSync(out, result.sync)
  return statusFor(hasRejected(result))
}

function collect(code: string, before: string[] = []): string[] {
  if (!/^[A-Z]+(_[A-Z]+)*$/.test(code))
    throw new InvalidArgumentError('It must be the code of a finding, such as TRIGGER_FIRES.')
  return [...before, code]
}

function milliseconds(text: string): number {
  if (!/^\d{1,7}$/.test(text))
    throw new InvalidArgumentError('It must be a number of milliseconds.')
  return Number(text)
}
