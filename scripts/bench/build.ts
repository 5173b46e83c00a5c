import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const project = fileURLToPath(new URL('../../', import.meta.url))

/**
 * Builds the command as `npm run build` does, from the source as it is now, but into a folder of
 * its own inside the project, where the compiled files find their packages.
 *
 * @returns the path of the command
 */
export function buildInto(folder: string): string {
  node('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', folder)
  node('--import', import.meta.resolve('tsx'), 'scripts/build-checksums.ts', folder)
  return join(folder, 'src/cli/bin.js')
}

function node(...args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, args, {
    cwd: project,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${String(status)}`)
}
