import { Command, CommanderError, Option } from 'commander'
import { exitStatus, P2cError } from '../errors.ts'
import { version } from '../version.ts'
import { commands } from './commands.ts'
import { outputFault } from './output.ts'
import { printerOf, shellOf, type CommandModule, type CommonOptions } from './shell.ts'
import { Stopped } from './stopped.ts'

/** Reads the command line, does what it says, and answers the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const status = await statusAfter(argv)
  const fault = await outputFault()
  return fault === undefined ? status : failed(fault, printerOf({}))
}

async function statusAfter(argv: readonly string[]): Promise<number> {
  let status: number = exitStatus.done
  const program = programWith(code => (status = code))
  try {
    await program.parseAsync(argv, { from: 'user' })
    return status
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitStatus.usage
    return failed(error, printerOf(program.opts<CommonOptions>()))
  }
}

function programWith(end: (status: number) => void): Command {
  const program = new Command('p2c')
    .description(
      'Numbers, flags and first syncs the contacts that are already in Dynamics 365 Sales.',
    )
    .version(version)
    .option('--database <url>', 'sqlite:PATH')
    .option('--schema <name>', 'the PostgreSQL schema of the Sales tables')
    .option('--config <file>', 'the configuration file (default: p2c.config.json)')
    .option('--json', 'results as JSON; long work as one JSON object a line')
    .option('--quiet', 'no progress')
    .option('--verbose', 'more about errors')
    .addOption(new Option('--no-color', 'no colours (NO_COLOR is obeyed too)'))
    .showHelpAfterError('Run "p2c --help", or "p2c COMMAND --help".')
    .exitOverride()
  const groups = new Map<string, Command>()
  const groupOf = ({ group }: CommandModule<never>) => {
    if (!group) return program
    const there = groups.get(group.name)
    const made = there ?? program.command(group.name).description(group.summary).exitOverride()
    groups.set(group.name, made)
    return made
  }
  for (const module of commands) {
    const { name, summary, options, run } = module
    const command = options(groupOf(module).command(name).description(summary)).exitOverride()
    command.action(async (...given: unknown[]) => {
      const own: Record<string, unknown> = command.optsWithGlobals()
      const argument = typeof given[0] === 'string' ? given[0] : undefined
      const out = printerOf(own)
      const shell = await shellOf(out, own, settingsOf(own))
      end(await run(shell, own as never, argument))
    })
  }
  return program
}

/** Options that stand for settings. */
function settingsOf({ batchRows }: Record<string, unknown>): Record<string, unknown> {
  return batchRows === undefined ? {} : { batch: { rows: batchRows } }
}

function failed(error: unknown, out: ReturnType<typeof printerOf>): number {
  if (error instanceof Stopped) {
    if (out.json) out.result({ type: 'result', outcome: 'stopped' })
    out.note(error.message)
    return error.status
  }
  out.complain(error)
  if (out.json) {
    const { code, message, details } =
      error instanceof P2cError
        ? error
        : { code: 'UNEXPECTED', message: String(error), details: undefined }
    out.result({ type: 'result', outcome: 'failed', error: { code, message, details } })
  }
  return error instanceof P2cError ? error.exit : exitStatus.failed
}
