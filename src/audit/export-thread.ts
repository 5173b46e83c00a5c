import { parentPort, workerData } from 'node:worker_threads'
import { connect } from '../database/connect.ts'
import { told } from '../threads.ts'
import type { BesideData, BesideMessage } from './export-beside.ts'
import { exportFile } from './export-file.ts'
import { auditFiles } from './files.ts'

/** A thread that exports one file of the audit; started by export-beside.ts. */
async function serve({ config, name, options }: BesideData): Promise<BesideMessage> {
  const file = auditFiles.find(one => one.name === name)
  if (!file) throw new RangeError(`the audit has no file ${name}`)
  const db = await connect(config, { mode: 'read' })
  const snapshot = await db.snapshot()
  tell({ type: 'opened' })
  try {
    const work = exportFile(snapshot, file, options)
    for (;;) {
      const next = await work.next()
      if (next.done) return { type: 'exported', file: next.value }
      tell({ type: 'event', event: next.value })
    }
  } finally {
    await snapshot.close()
    await db.close()
  }
}

function tell(message: BesideMessage): void {
  parentPort?.postMessage(message)
}

tell(
  await serve(workerData as BesideData).catch((error: unknown) => ({
    type: 'error',
    ...told(error),
  })),
)
