import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Arena } from '../arena.ts'
import { compareImport, compareOnUpgraded } from '../comparisons.ts'
import { salesData } from '../data.ts'
import { measure, type Program, type Usage } from '../measure.ts'
import { p2c, script } from '../rivals.ts'
import { salesDatabase } from './data.ts'
import { fingerprintOf } from './equivalence.ts'
import { imported, postgresGround } from './ground.ts'
import { onServer, startServer } from './server.ts'
import { writersTable } from './writers-table.ts'

const rivals = ['single', 'batches', 'knex', 'p2c-1', 'p2c-2', 'p2c-4'] as const
const upgraded = 'bench_work'

/** A PostgreSQL server: each rival gets a database of its own. */
export async function postgresArena(folder: string): Promise<Arena> {
  const work = join(folder, 'work')
  const server = await startServer(join(folder, 'postgres'))
  const admin = server.urlOf('postgres')
  const [version] = await onServer<{ server_version: string }>(admin, 'SHOW server_version')
  const url = server.urlOf(upgraded)
  const ground = postgresGround(server, upgraded, work, measureOnServer)
  let data = ''
  let template = ''
  const freshCopy = async () => {
    rmSync(work, { recursive: true, force: true })
    mkdirSync(work, { recursive: true })
    await onServer(admin, `DROP DATABASE IF EXISTS ${upgraded} WITH (FORCE)`)
    await onServer(admin, `CREATE DATABASE ${upgraded} TEMPLATE ${template} STRATEGY file_copy`)
    // What the copy left to be written is not to be written on somebody's time.
    await onServer(admin, 'CHECKPOINT')
  }
  const prepare: Arena['prepare'] = async shape => {
    data = salesData(join(folder, 'data'), shape)
    template = await salesDatabase(server, data)
  }
  return {
    rivals,
    yardstick: 'single',
    version: `PostgreSQL ${version?.server_version ?? ''}`,
    notes: [
      'CPU time is that of the program and of the server; peak MB is that of the program; MB written is the write-ahead log (WAL).',
    ],
    prepare,
    run: async rival => {
      await freshCopy()
      return measureOnServer(programOf(rival, url, work))
    },
    fingerprint: () => fingerprintOf(url),
    shell: ground.shell,
    upgrader: 'p2c-2',
    compare: async migrate => [
      ...(await compareOnUpgraded(ground, migrate)),
      ...(await compareImport(ground, data)),
    ],
    last: async shape => {
      await prepare(shape)
      await freshCopy()
      return { compared: [], tables: [await writersTable(url, work)] }
    },
    close: async () => {
      for (const name of [upgraded, imported])
        await onServer(admin, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      await server.stop()
      rmSync(work, { recursive: true, force: true })
    },
  }

  /** What the server did for a program counts too. */
  async function measureOnServer(program: Program): Promise<Usage> {
    const before = { cpu: server.cpuSeconds(), wal: await walBytes() }
    const usage = await measure(program)
    const cpu = server.cpuSeconds()
    return {
      ...usage,
      cpuSeconds: usage.cpuSeconds + (cpu === null || before.cpu === null ? 0 : cpu - before.cpu),
      writtenMegabytes: ((await walBytes()) - before.wal) / 1e6,
    }
  }

  async function walBytes(): Promise<number> {
    const [row] = await onServer<{ bytes: string }>(
      admin,
      `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') AS bytes`,
    )
    return Number(row?.bytes ?? 0)
  }
}

function programOf(rival: string, url: string, cwd: string): Program {
  switch (rival) {
    case 'single':
    case 'batches':
      return script('postgres/by-hand', [url, rival], cwd)
    case 'knex':
      return script('knex-script', [url], cwd)
    default: {
      const workers = rival.replace('p2c-', '')
      return p2c(cwd, url, ['migrate', '--yes', '--quiet', '--workers', workers])
    }
  }
}
