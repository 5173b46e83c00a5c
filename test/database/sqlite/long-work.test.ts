import t from 'tap'
import { recorded } from '../../../src/database/run.ts'
import type { SqliteDatabase } from '../../../src/database/sqlite/open.ts'
import type { Work } from '../../../src/events.ts'
import { finish } from '../../../src/events.ts'
import { freshDatabase } from '../../support/database.ts'

for (const mode of ['delete', 'truncate', 'persist', 'wal'])
  t.test(
    `sqlite: work is done with a write-ahead log, and afterwards it is ${mode} as before`,
    async t => {
      const db = (await freshDatabase(t, 'sqlite')) as SqliteDatabase
      const current = () => db.handle.pragma('journal_mode', { simple: true })
      db.handle.pragma(`journal_mode = ${mode}`)
      await finish(
        recorded(db, 'import', async function* (): Work<void> {
          yield { type: 'step', state: 'started', step: 'looking' }
          t.equal(current(), 'wal')
          t.equal(
            db.handle.pragma('synchronous', { simple: true }),
            2,
            'what is committed is on disk',
          )
          await Promise.resolve()
        }),
      )
      t.equal(current(), mode)
    },
  )
