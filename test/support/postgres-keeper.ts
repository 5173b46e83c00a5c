import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { embedded } from './embedded.ts'
import { forTests } from './postgres-settings.ts'

/**
 * A process that runs a PostgreSQL server for the tests as long as the process with the id in the
 * second argument lives, and takes it away then, whatever ended that. Its URL is written into the
 * file in the first argument. Started by postgres-server.ts.
 */
const [file = '', watched = ''] = process.argv.slice(2)

const folder = mkdtempSync(join(tmpdir(), 'p2c-postgres-'))
const { server, url } = await embedded(folder, forTests)
await server.initialise()
await server.start()
writeFileSync(`${file}.part`, url)
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
