/**
 * A process that is to be killed: says when it begins, does one operation, and SIGKILLs itself
 * just before or behind its n-th SQL statement. Started by kill.ts with its orders as JSON in the
 * first argument. Where it survives it tells what it did.
 */
import Driver from 'better-sqlite3'
import { loadConfig } from '../../src/config.ts'
import { connect } from '../../src/database/connect.ts'
import { finish } from '../../src/events.ts'
import { operate, type Orders } from './operations.ts'

/** Where a process dies: just before a statement, or behind it, when nothing followed yet. */
export interface Death {
  readonly statement: number
  readonly moment: 'before' | 'behind'
}

/** What a process did that lived to its end. */
export interface Life {
  readonly statements: number
  /** Which of them were COMMITs. */
  readonly commits: readonly number[]
}

const { death, ...orders } = JSON.parse(process.argv[2] ?? '{}') as Orders & {
  readonly death: Death | null
}

let statements = 0
const commits: number[] = []

function watched<T>(text: unknown, run: () => T): T {
  const statement = ++statements
  if (typeof text === 'string' && text.startsWith('COMMIT')) commits.push(statement)
  dieIf(statement, 'before')
  const result = run()
  dieIf(statement, 'behind')
  return result
}

function dieIf(statement: number, moment: Death['moment']): void {
  if (death?.statement === statement && death.moment === moment)
    process.kill(process.pid, 'SIGKILL')
}

/** Wraps every way in which better-sqlite3 runs a statement. */
function watch(prototype: Record<string, unknown>, methods: readonly string[]): void {
  for (const method of methods) {
    const original = prototype[method] as (...given: unknown[]) => unknown
    prototype[method] = function (this: unknown, ...given: unknown[]) {
      return watched(given[0], () => original.apply(this, given))
    }
  }
}

const sample = new Driver(':memory:')
const statement = Object.getPrototypeOf(sample.prepare('SELECT 1')) as Record<string, unknown>
sample.close()
watch(statement, ['run', 'get', 'all', 'iterate'])
watch(Driver.prototype as unknown as Record<string, unknown>, ['exec', 'pragma'])

const config = loadConfig({ options: orders.settings, file: false })
process.stdout.write('begun\n')
const db = await connect(config, { mode: 'create' })
await finish(operate(db, orders))
await db.close()
const life: Life = { statements, commits }
process.stdout.write(JSON.stringify(life))
