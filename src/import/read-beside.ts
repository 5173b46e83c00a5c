import { listenTo, revived, startThread, type ToldEnd } from '../threads.ts'
import { type readRows, type Reading, type ReadRows } from './read-rows.ts'

/** What the thread tells. */
export type ReadMessage =
  ({ readonly type: 'rows' } & ReadRows) | { readonly type: 'end' } | ToldEnd

/** So many portions wait to be taken: enough that nobody waits for the other, and little memory. */
export const mostAhead = 8

/**
 * Reads a file and validates it in a thread of its own, while this one writes what was read.
 *
 * @throws what `readRows` throws
 */
export async function* readBeside(reading: Reading): ReturnType<typeof readRows> {
  const thread = startThread(new URL('./read-thread.ts', import.meta.url), reading)
  const heard = listenTo<ReadMessage>(thread)
  try {
    for (let message = await heard.next(); message.type !== 'end'; message = await heard.next()) {
      if (message.type === 'error') throw revived(message)
      yield message
      thread.postMessage('taken')
    }
  } finally {
    await thread.terminate()
  }
}
