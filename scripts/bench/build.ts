import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const project = fileURLToPath(new URL('../../', import.meta.url))

/** Where all that is measured is built, inside the project, since there it finds its packages. */
export const built = fileURLToPath(new URL('../../bench/build/', import.meta.url))

/** Builds p2c as `npm run build` does, and the scripts it is measured with, of the source as it is now. */
export function build(): void {
  node('node_modules/typescript/bin/tsc', '-p', 'scripts/bench/tsconfig.json', '--outDir', built)
  node('--import', import.meta.resolve('tsx'), 'scripts/build-checksums.ts', built)
}

function node(...args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, args, {
    cwd: project,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${String(status)}`)
}
