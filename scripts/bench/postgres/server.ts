import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { embedded } from '../../../test/support/embedded.ts'
import { cpuSecondsOf } from '../proc.ts'

/** A PostgreSQL server that is measured. */
export interface Server {
  /** The address of one of its databases. */
  urlOf(database: string): string
  /** Seconds of CPU that all its processes took since it was started; null where it is not ours. */
  cpuSeconds(): number | null
  stop(): Promise<void>
}

/**
 * The server that `P2C_BENCH_POSTGRES` names, or one of the bench's own with the settings that it
 * has out of the box. Its data stays in the folder, for the next bench.
 */
export async function startServer(folder: string): Promise<Server> {
  const named = process.env['P2C_BENCH_POSTGRES']
  if (named !== undefined) {
    return {
      urlOf: database => withDatabase(named, database),
      cpuSeconds: () => null,
      stop: () => Promise.resolve(),
    }
  }
  const { server, data, url } = await embedded(folder, {
    settings: [],
    initdbFlags: ['--locale=C.UTF-8'],
  })
  if (!existsSync(join(data, 'PG_VERSION'))) await server.initialise()
  await server.start()
  const root = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0])
  return {
    urlOf: database => withDatabase(url, database),
    cpuSeconds: () => cpuOfFamily(root),
    stop: () => server.stop(),
  }
}

/** Runs a statement on a connection of its own. */
export async function onServer<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}

function withDatabase(server: string, database: string): string {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}

/** Of a process, of its children that live, and of those that it has seen end. */
function cpuOfFamily(root: number): number {
  const children = readFileSync(`/proc/${root}/task/${root}/children`, 'utf8').trim().split(' ')
  const living = children.map(pid => {
    try {
      return cpuSecondsOf(Number(pid)).own
    } catch {
      // It ended meanwhile, and is among those that were seen to end.
      return 0
    }
  })
  const { own, ended } = cpuSecondsOf(root)
  return living.reduce((sum, seconds) => sum + seconds, own + ended)
}
