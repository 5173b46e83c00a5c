import { spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { loadConfig } from '../../src/config.ts'
import { connect } from '../../src/database/connect.ts'
import { finish } from '../../src/events.ts'
import { compiled } from './compiled.ts'
import { operate, type Operation, type Orders } from './operations.ts'
import { stateOf, type State } from './state.ts'
import type { Death, Life } from './victim.ts'

export interface Scene {
  readonly operation: Operation
  /** The database before the operation; null where there is none yet. */
  readonly before: string | null
  readonly folder: string
  readonly from?: string
  /** Tables of which it does not matter what they hold. */
  readonly ignore?: readonly string[]
}

/**
 * A process that does an operation and comes to grief: killed at a statement, or after so many ms,
 * or ended by the error that no file can grow beyond so many blocks of 512 bytes.
 */
export type Attempt = { readonly operation: Operation } & (
  { readonly death: Death } | { readonly afterMillis: number } | { readonly fileBlocks: number }
)

export type Look = (path: string) => State

export interface Ordeal {
  /** How many of the attempts really came to grief. */
  readonly kills: number
  readonly state: State
}

/** What the operation does when nobody disturbs it, and the state it ends in. */
export async function undisturbed(scene: Scene): Promise<{ life: Life; state: State }> {
  return inFolderOf(scene, async orders => {
    const { killed, output } = await live(orders, null)
    if (killed) throw new Error('the undisturbed run was killed')
    return { life: JSON.parse(output) as Life, state: stateOf(pathOf(orders), scene.ignore) }
  })
}

/**
 * Makes these attempts one after the other on the database of a scene, then carries the scene's
 * operation to its end, and looks.
 *
 * @param between what happens to the files before that; gives back where the database is then
 */
export async function survive(
  scene: Scene,
  attempts: readonly Attempt[],
  {
    look = path => stateOf(path, scene.ignore),
    between = path => path,
  }: { look?: Look | undefined; between?: ((path: string) => string) | undefined } = {},
): Promise<Ordeal> {
  return inFolderOf(scene, async orders => {
    let kills = 0
    for (const attempt of attempts)
      if ((await live({ ...orders, operation: attempt.operation }, attempt)).killed) kills++
    const path = between(pathOf(orders))
    await carryOut({ ...orders, settings: { ...orders.settings, database: `sqlite:${path}` } })
    return { kills, state: look(path) }
  })
}

async function inFolderOf<T>(scene: Scene, work: (orders: Orders) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(scene.folder, `${scene.operation}-`))
  const path = join(folder, 'sales.sqlite')
  if (scene.before !== null) copyFileSync(scene.before, path)
  try {
    return await work({
      operation: scene.operation,
      settings: { batch: { rows: 15 }, database: `sqlite:${path}` },
      ...(scene.from === undefined ? {} : { from: scene.from }),
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** In this process: what it has compiled by now need not be compiled again for each ordeal. */
async function carryOut(orders: Orders): Promise<void> {
  const db = await connect(loadConfig({ options: orders.settings, file: false }), {
    mode: 'create',
  })
  await finish(operate(db, orders))
  await db.close()
}

function pathOf(orders: Orders): string {
  return String(orders.settings['database']).replace(/^sqlite:/, '')
}

async function live(
  orders: Orders,
  attempt: Attempt | null,
): Promise<{ killed: boolean; output: string }> {
  const death = attempt && 'death' in attempt ? attempt.death : null
  const victim = await compiled('test/support/victim.ts')
  return new Promise((resolve, reject) => {
    const life = [process.execPath, victim, JSON.stringify({ ...orders, death })]
    const [command = '', ...args] =
      attempt && 'fileBlocks' in attempt
        ? ['sh', '-c', 'ulimit -f "$0"; exec "$@"', String(attempt.fileBlocks), ...life]
        : life
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] },
    })
    let output = ''
    let errors = ''
    child.stdout.once('data', () => {
      if (attempt && 'afterMillis' in attempt)
        void wait(attempt.afterMillis).then(() => child.kill('SIGKILL'))
    })
    child.stdout.on('data', chunk => (output += String(chunk)))
    child.stderr.on('data', chunk => (errors += String(chunk)))
    child.on('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve({ killed: true, output })
      else if (code === 0) resolve({ killed: false, output: output.replace('begun\n', '') })
      else if (/^P2cError: DISK_(FULL|FAILED): /m.test(errors)) resolve({ killed: true, output })
      else reject(new Error(`the victim failed: ${errors}`))
    })
  })
}
