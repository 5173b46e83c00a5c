import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'

const keeper = fileURLToPath(new URL('postgres-keeper.ts', import.meta.url))
const longestStart = 60_000
let url: Promise<string> | undefined

/**
 * The URL of a PostgreSQL server: the one that `P2C_TEST_POSTGRES` names, or one of the suite's own,
 * which the first test that asks starts for all test files of the run.
 */
export function postgresServer(): Promise<string> {
  url ??= findOrStart()
  return url
}

/** Runs a statement of its own connection. */
export async function onServer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  await client.query(statement).finally(() => client.end())
}

async function findOrStart(): Promise<string> {
  const named = process.env['P2C_TEST_POSTGRES']
  if (named) return named
  // All test files of a run are children of tap; a file that is run alone is its own.
  const watched = process.env['TAP'] === '1' ? process.ppid : process.pid
  const folder = join(tmpdir(), `p2c-postgres-of-${watched}`)
  const file = join(folder, 'url')
  const isFirst = mkdirSync(folder, { recursive: true }) !== undefined
  if (isFirst) start(file, watched, join(folder, 'log'))
  for (let waited = 0; waited < longestStart; waited += 50) {
    if (existsSync(file)) return readFileSync(file, 'utf8')
    await wait(50)
  }
  throw new Error(`no PostgreSQL server: see ${folder}/log`)
}

function start(file: string, watched: number, log: string): void {
  const output = openSync(log, 'w')
  const child = spawn(process.execPath, ['--import', 'tsx', keeper, file, String(watched)], {
    detached: true,
    stdio: ['ignore', output, output],
    cwd: fileURLToPath(new URL('../../', import.meta.url)),
    env: { PATH: process.env['PATH'] },
  })
  child.unref()
  closeSync(output)
}
