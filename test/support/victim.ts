/**
 * A process that is to be killed: does one operation, and SIGKILLs itself just before its n-th SQL
 * statement. Started by kill.ts with its orders as JSON in the first argument. Tells the number of
 * statements on stdout where it survives.
 */
import Driver from 'better-sqlite3'
import { loadConfig } from '../../src/config.ts'
import { connect } from '../../src/database/connect.ts'
import { finish } from '../../src/events.ts'
import { operate, type Orders } from './operations.ts'

const orders = JSON.parse(process.argv[2] ?? '{}') as Orders & { readonly killAt: number | null }

let executed = 0
function count(): void {
  executed++
  if (executed === orders.killAt) process.kill(process.pid, 'SIGKILL')
}

/** Wraps every way in which better-sqlite3 runs a statement. */
function watch(prototype: Record<string, unknown>, methods: readonly string[]): void {
  for (const method of methods) {
    const original = prototype[method] as (...given: unknown[]) => unknown
    prototype[method] = function (this: unknown, ...given: unknown[]) {
      count()
      return original.apply(this, given)
    }
  }
}

const sample = new Driver(':memory:')
const statement = Object.getPrototypeOf(sample.prepare('SELECT 1')) as Record<string, unknown>
sample.close()
watch(statement, ['run', 'get', 'all', 'iterate'])
watch(Driver.prototype as unknown as Record<string, unknown>, ['exec', 'pragma'])

const config = loadConfig({ options: orders.settings, file: false })
const db = await connect(config, { mode: 'create' })
await finish(operate(db, orders))
await db.close()
process.stdout.write(String(executed))
