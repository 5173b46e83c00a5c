import type { ProgressEvent, Work } from '../events.ts'

/**
 * The progress of several workers as that of one: each looks how far all are when it has committed,
 * and may tell it after another that has looked later.
 */
export async function* neverBack(
  events: AsyncGenerator<ProgressEvent, undefined, void>,
): Work<undefined> {
  let told = 0
  for await (const event of events) {
    told = Math.max(told, event.done)
    yield { ...event, done: told }
  }
}
