import { fileURLToPath } from 'node:url'
import { measure, type Program, type Usage } from './measure.ts'

/** On SQLite. */
export const rivals = ['limit', 'bare', 'knex', 'p2c'] as const

/** A row at a time takes so long that more of them would prove nothing. */
export const mostContactsForKnex = 100_000

const typescript = ['--import', import.meta.resolve('tsx')]
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Has a rival do the whole job on a file of its own. */
export function runRival(name: string, file: string, cwd: string): Promise<Usage> {
  switch (name) {
    case 'limit':
      return measure(script(here('./limit.ts'), [file, 'wal'], cwd))
    case 'bare':
      return measure(script(here('./limit.ts'), [file, 'off'], cwd))
    case 'knex':
      return measure(script(here('./knex-script.ts'), [file], cwd))
    default:
      return measure(p2c(cwd, `sqlite:${file}`, ['migrate', '--yes', '--quiet']))
  }
}

/**
 * The command as it is started from a fresh clone, or as it is installed. `cwd` has no configuration
 * file, and `--database` wins over everything else.
 *
 * @param built the path of the built command; from source where there is none
 */
export function p2c(
  cwd: string,
  database: string,
  words: readonly string[],
  built?: string,
): Program {
  const start = built === undefined ? [...typescript, here('../../src/cli/bin.ts')] : [built]
  return {
    command: process.execPath,
    args: [...start, ...words, '--database', database],
    cwd,
  }
}

/** A script of the bench. */
export function script(path: string, args: readonly string[], cwd: string): Program {
  return { command: process.execPath, args: [...typescript, path, ...args], cwd }
}
