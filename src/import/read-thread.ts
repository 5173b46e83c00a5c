import { parentPort, workerData } from 'node:worker_threads'
import { told } from '../threads.ts'
import { mostAhead, type ReadMessage } from './read-beside.ts'
import { readRows, type Reading } from './read-rows.ts'

let ahead = 0
let wake: () => void = () => undefined

/** A thread that reads a file, no further ahead than it is allowed; started by read-beside.ts. */
async function serve(reading: Reading): Promise<void> {
  for await (const rows of readRows(reading)) {
    while (ahead >= mostAhead) await new Promise<void>(resolve => (wake = resolve))
    ahead++
    tell({ type: 'rows', ...rows })
  }
}

function tell(message: ReadMessage): void {
  parentPort?.postMessage(message)
}

/** Whoever listens says so of each portion that was taken. */
parentPort?.on('message', () => {
  ahead--
  wake()
})
tell(
  await serve(workerData as Reading).then(
    () => ({ type: 'end' }) as const,
    (error: unknown) => ({ type: 'error', ...told(error) }) as const,
  ),
)
