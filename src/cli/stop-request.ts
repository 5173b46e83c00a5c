/** Where the work shall end; 0 for nowhere. The main thread asks for it in a shared integer. */
export const stopAt = { border: 1, statement: 2 } as const

export type StopAt = (typeof stopAt)[keyof typeof stopAt]

/** Asks, and wakes a worker that rests. */
export function askToStop(shared: Int32Array, at: StopAt): void {
  Atomics.store(shared, 0, at)
  Atomics.notify(shared, 0)
}

/** Whether the work shall end at such a place. */
export function isAskedToStop(shared: Int32Array, at: StopAt): boolean {
  return Atomics.load(shared, 0) >= at
}

/** Rests in a worker, until it is asked to stop at the latest. */
export function rest(shared: Int32Array, millis: number): void {
  Atomics.wait(shared, 0, 0, millis)
}
