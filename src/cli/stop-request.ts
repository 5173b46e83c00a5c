import { setTimeout as wait } from 'node:timers/promises'

/** Where the work shall end; 0 for nowhere. The main thread asks for it in a shared integer. */
export const stopAt = { border: 1, statement: 2 } as const

/** How often one that rests looks whether it shall end. */
const lookMillis = 20

export type StopAt = (typeof stopAt)[keyof typeof stopAt]

/** Asks; whoever rests or works looks for it. */
export function askToStop(shared: Int32Array, at: StopAt): void {
  Atomics.store(shared, 0, at)
}

/** Whether the work shall end at such a place. */
export function isAskedToStop(shared: Int32Array, at: StopAt): boolean {
  return Atomics.load(shared, 0) >= at
}

/**
 * Rests, until it is asked to stop at the latest. The thread stays awake: other connections at work
 * must not hold what they have written as long as this lasts.
 */
export async function rest(shared: Int32Array, millis: number): Promise<void> {
  const until = performance.now() + millis
  for (let left = millis; left > 0; left = until - performance.now()) {
    if (isAskedToStop(shared, stopAt.border)) return
    await wait(Math.min(left, lookMillis))
  }
}
