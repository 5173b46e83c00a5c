import { loadConfig } from '../../src/config.ts'
import { connect } from '../../src/database/connect.ts'
import { recorded } from '../../src/database/run.ts'
import { optionsOf } from './place.ts'

/** A process that takes the lock of a database, says so, and keeps it until it is ended. */
const options = optionsOf(process.argv[2] ?? '{}')
const db = await connect(loadConfig({ options, file: false }), { mode: 'create' })
const work = recorded(db, 'migrate', async function* () {
  yield { type: 'step', state: 'started', step: 'holding' } as const
  await new Promise(() => undefined)
})
await work.next()
process.stdout.write('held\n')
// Work that nothing refers to is garbage, and its lock is let go with it.
setInterval(() => work, 1_000)
