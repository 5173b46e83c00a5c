import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { built } from './build.ts'
import { measure, type Program, type Usage } from './measure.ts'

/** On SQLite. */
export const rivals = ['limit', 'bare', 'knex', 'p2c'] as const

/** A row at a time takes so long that more of them would prove nothing. */
export const mostContactsForKnex = 100_000

/** Has a rival do the whole job on a file of its own. */
export function runRival(name: string, file: string, cwd: string): Promise<Usage> {
  switch (name) {
    case 'limit':
      return measure(script('limit', [file, 'wal'], cwd))
    case 'bare':
      return measure(script('limit', [file, 'off'], cwd))
    case 'knex':
      return measure(script('knex-script', [file], cwd))
    default:
      return measure(p2c(cwd, `sqlite:${file}`, ['migrate', '--yes', '--quiet']))
  }
}

/**
 * The command as it is installed. `cwd` has no configuration file, and `--database` wins over
 * everything else.
 */
export function p2c(cwd: string, database: string, words: readonly string[]): Program {
  return started(join(built, 'src/cli/bin.js'), cwd, database, words)
}

/** The command as it is started from a fresh clone. */
export function p2cFromSource(cwd: string, database: string, words: readonly string[]): Program {
  const bin = fileURLToPath(new URL('../../src/cli/bin.ts', import.meta.url))
  const program = started(bin, cwd, database, words)
  return { ...program, args: ['--import', import.meta.resolve('tsx'), ...program.args] }
}

function started(bin: string, cwd: string, database: string, words: readonly string[]): Program {
  return { command: process.execPath, args: [bin, ...words, '--database', database], cwd }
}

/** A script of the bench. */
export function script(
  name: 'limit' | 'knex-script' | 'postgres/by-hand',
  args: readonly string[],
  cwd: string,
): Program {
  return {
    command: process.execPath,
    args: [join(built, 'scripts/bench', `${name}.js`), ...args],
    cwd,
  }
}
