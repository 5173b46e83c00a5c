import { execFileSync, spawn } from 'node:child_process'
import { copyFileSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Driver from 'better-sqlite3'
import { loadConfig } from '../../src/config.ts'
import { connect } from '../../src/database/connect.ts'
import { finish } from '../../src/events.ts'
import { checksumFile, checksumsOf, ownMigrations } from '../../src/migration/load.ts'
import { operate, type Operation, type Orders } from './operations.ts'

/** Victims are compiled once: dozens of processes would else spend their time on TypeScript. */
const compiled = fileURLToPath(new URL('../../node_modules/.cache/p2c-victim/', import.meta.url))

async function compileVictim(): Promise<string> {
  const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))
  const project = fileURLToPath(new URL('../../tsconfig.json', import.meta.url))
  const options = [
    '--noCheck',
    '--sourceMap',
    'false',
    '--declaration',
    'false',
    '--outDir',
    compiled,
  ]
  execFileSync(process.execPath, [tsc, '-p', project, ...options])
  writeFileSync(
    join(compiled, 'migrations', checksumFile),
    JSON.stringify(await checksumsOf(ownMigrations)),
  )
  return join(compiled, 'test/support/victim.js')
}
let victim: Promise<string> | undefined

export interface Scene {
  readonly operation: Operation
  /** The database before the operation; null where there is none yet. */
  readonly before: string | null
  readonly folder: string
  readonly from?: string
  readonly settings?: Record<string, unknown>
  /** Tables of which it does not matter what they hold. */
  readonly ignore?: readonly string[]
}

/** How many statements the operation takes when nobody disturbs it, and the state it ends in. */
export async function undisturbed(scene: Scene): Promise<{ statements: number; state: State }> {
  const orders = setUp(scene, 'undisturbed')
  const { killed, output } = await run({ ...orders, killAt: null })
  if (killed) throw new Error('the undisturbed run was killed')
  return { statements: Number(output), state: stateOf(pathOf(orders), scene.ignore) }
}

/**
 * Kills the operation before each of these statements (the later ones in runs that go on), runs it
 * to its end, and tells the state. `kills` counts those that really happened.
 */
export async function killedAt(
  scene: Scene,
  points: readonly number[],
  name = `killed-${points.join('-')}`,
): Promise<{ kills: number; state: State }> {
  const orders = setUp(scene, name)
  let kills = 0
  for (const killAt of points) if ((await run({ ...orders, killAt })).killed) kills++
  const db = await connect(loadConfig({ options: orders.settings, file: false }), {
    mode: 'create',
  })
  await finish(operate(db, orders))
  await db.close()
  const state = stateOf(pathOf(orders), scene.ignore)
  rmSync(pathOf(orders), { force: true })
  return { kills, state }
}

/** Points spread over a run of so many statements, the first and the last among them. */
export function spread(statements: number, count: number): number[] {
  const points = Array.from({ length: count }, (_, i) =>
    Math.round(1 + (i * (statements - 1)) / Math.max(1, count - 1)),
  )
  return [...new Set(points)]
}

/** Does the work for each item, so many at a time. */
export async function atOnce<Item>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = [...items]
  const worker = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: width }, worker))
}

/** Every table and its rows; what may differ between two right runs is left out. */
export type State = Readonly<Record<string, readonly string[]>>

/** Times, run ids, durations and the random part of numbers. */
const volatile = new Set(['run_id', 'execution_id', 'millis', 'pid', 'undo'])
const ignored = /^(p2c_run|p2c_lock|p2c_migration_event|p2c_batch|sqlite_.*)$/

/** The whole content of a database, comparable. */
export function stateOf(path: string, ignore: readonly string[] = []): State {
  const db = new Driver(path)
  try {
    const schema = db
      .prepare<[], { sql: string }>(
        'SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name',
      )
      .all()
      .map(row => row.sql)
    const tables = db
      .prepare<[], { name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
      )
      .all()
      .map(row => row.name)
      .filter(name => !ignored.test(name) && !ignore.includes(name))
    const rows = tables.map(name => {
      const content = db.prepare<[], Record<string, unknown>>(`SELECT * FROM "${name}"`).all()
      return [name, content.map(comparable).sort()] as const
    })
    return {
      schema,
      ...Object.fromEntries(rows),
      ...batchesOf(db),
      mode: [String(db.pragma('journal_mode', { simple: true }))],
    }
  } finally {
    db.close()
  }
}

/** Batches may be cut otherwise; but each position must be done once, and none left out. */
function batchesOf(db: Driver.Database): State {
  if (!db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'p2c_batch'").get()) return {}
  const batches = db
    .prepare<
      [],
      { migration: string; direction: string; first: number; last: number; rows: number }
    >(
      'SELECT migration, direction, first_position AS first, last_position AS last, rows FROM p2c_batch ORDER BY migration, direction, first_position',
    )
    .all()
  const covered: Record<string, { next: number; rows: number }> = {}
  const faults: string[] = []
  for (const { migration, direction, first, last, rows } of batches) {
    const sum = (covered[`${migration} ${direction}`] ??= { next: 1, rows: 0 })
    if (first !== sum.next) faults.push(`${migration}: ${first} follows ${sum.next - 1}`)
    sum.next = last + 1
    sum.rows += rows
  }
  return { batches: [...Object.entries(covered).map(entry => JSON.stringify(entry)), ...faults] }
}

function comparable(row: Record<string, unknown>): string {
  const kept = Object.entries(row).filter(([name]) => !volatile.has(name) && !name.endsWith('_on'))
  return JSON.stringify(kept).replace(/\b(CON|ACC)-(\d{5,9})-[A-Z0-9]{6}\b/g, '$1-$2-*')
}

function setUp(scene: Scene, name: string): Orders {
  const path = join(scene.folder, `${scene.operation}-${name}.sqlite`)
  if (scene.before !== null && !existsSync(path)) copyFileSync(scene.before, path)
  return {
    operation: scene.operation,
    settings: { batch: { rows: 15 }, ...scene.settings, database: `sqlite:${path}` },
    ...(scene.from === undefined ? {} : { from: scene.from }),
  }
}

function pathOf(orders: Orders): string {
  return String(orders.settings['database']).replace(/^sqlite:/, '')
}

async function run(
  orders: Orders & { killAt: number | null },
): Promise<{ killed: boolean; output: string }> {
  const script = await (victim ??= compileVictim())
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, JSON.stringify(orders)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] },
    })
    let output = ''
    let errors = ''
    child.stdout.on('data', chunk => (output += String(chunk)))
    child.stderr.on('data', chunk => (errors += String(chunk)))
    child.on('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve({ killed: true, output })
      else if (code === 0) resolve({ killed: false, output })
      else reject(new Error(`the victim failed: ${errors}`))
    })
  })
}
