import { spawn } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import type { Database } from '../../src/database/database.ts'
import { finish } from '../../src/events.ts'
import { compiled } from './compiled.ts'
import { opened, type Copies } from './copies.ts'
import { operate, type Deed, type Orders } from './operations.ts'
import { stateOfDatabase, type State } from './state.ts'
import type { Death, Life } from './victim.ts'

export interface Scene {
  readonly operation: Deed
  /** The URL of the database before the operation; null where there is nothing yet. */
  readonly before: string | null
  readonly copies: Copies
  readonly from?: string
  /** Tables of which it does not matter what they hold. */
  readonly ignore?: readonly string[]
}

/**
 * A process that does an operation and comes to grief: killed at a statement, or after so many ms,
 * or ended by the error that no file can grow beyond so many blocks of 512 bytes.
 */
export type Attempt = { readonly operation: Deed } & (
  { readonly death: Death } | { readonly afterMillis: number } | { readonly fileBlocks: number }
)

export type Look = (db: Database) => Promise<State>

export interface Ordeal {
  /** How many of the attempts really came to grief. */
  readonly kills: number
  readonly state: State
}

/** What the operation does when nobody disturbs it, and the state it ends in. */
export async function undisturbed(scene: Scene): Promise<{ life: Life; state: State }> {
  return onCopyOf(scene, async orders => {
    const { killed, output } = await live(orders, null)
    if (killed) throw new Error('the undisturbed run was killed')
    const state = await opened(orders.settings, db => stateOfDatabase(db, scene.ignore))
    return { life: JSON.parse(output) as Life, state }
  })
}

/**
 * Makes these attempts one after the other on the database of a scene, then carries the scene's
 * operation to its end, and looks.
 *
 * @param between what happens to the database before that; gives back the URL it has then
 */
export async function survive(
  scene: Scene,
  attempts: readonly Attempt[],
  {
    look = db => stateOfDatabase(db, scene.ignore),
    between = database => database,
  }: { look?: Look | undefined; between?: ((database: string) => string) | undefined } = {},
): Promise<Ordeal> {
  return onCopyOf(scene, async orders => {
    let kills = 0
    for (const attempt of attempts) {
      if ((await live({ ...orders, operation: attempt.operation }, attempt)).killed) kills++
      // A server learns only by and by that a process is gone.
      if (scene.copies.engine === 'postgres') await lockIsFree(orders)
    }
    const settings = { ...orders.settings, database: between(orders.settings.database) }
    // In this process: what it has compiled by now need not be compiled again for each ordeal.
    await opened(settings, db => finish(operate(db, orders)))
    return { kills, state: await opened(settings, look) }
  })
}

/** The state of a scene's database before the operation. */
export async function stateBefore({ before, copies }: Scene, look: Look): Promise<State> {
  const { database } = await copies.copy(before)
  return opened({ database }, look)
}

async function onCopyOf<T>(scene: Scene, work: (orders: Orders) => Promise<T>): Promise<T> {
  const { database, remove } = await scene.copies.copy(scene.before)
  try {
    return await work({
      operation: scene.operation,
      settings: { batch: { rows: 15 }, database },
      ...(scene.from === undefined ? {} : { from: scene.from }),
    })
  } finally {
    await remove()
  }
}

async function lockIsFree({ settings }: Orders): Promise<void> {
  await opened(settings, async db => {
    for (let waited = 0; await db.dialect.isLocked(db); waited += 20) {
      if (waited > longestLockMillis) throw new Error('the lock of a killed process stays')
      await wait(20)
    }
  })
}

/** Much more than is promised: the machine may be busy. */
const longestLockMillis = 10_000

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
