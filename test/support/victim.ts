/**
 * A process that is to be killed: says when it begins, does one operation, and SIGKILLs itself at
 * its n-th SQL statement, whichever of its connections that is on. Started by kill.ts with its
 * orders as JSON in the first argument. Where it survives it tells what it did.
 */
import Driver from 'better-sqlite3'
import pg from 'pg'
import { loadConfig } from '../../src/config.ts'
import { connect } from '../../src/database/connect.ts'
import { finish } from '../../src/events.ts'
import { operate, type Orders } from './operations.ts'

/**
 * Where a process dies: just before a statement; when a server has it and has not answered yet; or
 * behind it, when nothing followed yet.
 */
export interface Death {
  readonly statement: number
  readonly moment: 'before' | 'sent' | 'behind'
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

/** Runs a statement, and dies where that is due; of one that is answered later, then. */
function watched<T>(text: unknown, run: () => T): T {
  const statement = ++statements
  if (typeof text === 'string' && text.startsWith('COMMIT')) commits.push(statement)
  dieIf(statement, 'before')
  const result = run()
  if (!(result instanceof Promise)) dieIf(statement, 'behind')
  else {
    dieIf(statement, 'sent')
    void result.then(
      () => {
        dieIf(statement, 'behind')
      },
      () => undefined,
    )
  }
  return result
}

function dieIf(statement: number, moment: Death['moment']): void {
  if (death?.statement === statement && death.moment === moment)
    process.kill(process.pid, 'SIGKILL')
}

/** Wraps the ways in which a driver runs a statement. */
function watch(driver: object, methods: readonly string[]): void {
  const prototype = driver as Record<string, unknown>
  for (const method of methods) {
    const original = prototype[method] as (...given: unknown[]) => unknown
    prototype[method] = function (this: unknown, ...given: unknown[]) {
      return watched(given[0], () => original.apply(this, given))
    }
  }
}

const sample = new Driver(':memory:')
const statement = Object.getPrototypeOf(sample.prepare('SELECT 1')) as object
sample.close()
watch(statement, ['run', 'get', 'all', 'iterate'])
watch(Driver.prototype, ['exec', 'pragma'])
watch(pg.Client.prototype, ['query'])

const config = loadConfig({ options: orders.settings, file: false })
process.stdout.write('begun\n')
const db = await connect(config, { mode: 'create' })
await finish(operate(db, orders))
await db.close()
const life: Life = { statements, commits }
process.stdout.write(JSON.stringify(life))
