import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Driver from 'better-sqlite3'
import t from 'tap'
import type { Config } from '../../src/config.ts'
import { connect } from '../../src/database/connect.ts'
import type { Database } from '../../src/database/database.ts'
import { finish } from '../../src/events.ts'
import { seed } from '../../src/seed/seed.ts'
import { migrate, previewMigrate } from '../../src/upgrade/migrate.ts'
import { previewRollback } from '../../src/upgrade/rollback.ts'
import { engines, freshDatabase, type Engine, type Teardown } from '../support/database.ts'
import { pathOf } from '../support/live.ts'
import { guidOf, insertRows } from '../support/sales.ts'
import { stateOfDatabase } from '../support/state.ts'

/** Each file beside a database, with the hash of what it holds. */
function filesBeside(path: string): Record<string, string> {
  const hash = (file: string) =>
    createHash('sha256')
      .update(readFileSync(join(dirname(path), file)))
      .digest('hex')
  // What readers share of the write-ahead log is theirs.
  const files = readdirSync(dirname(path)).filter(file => !file.endsWith('-shm'))
  return Object.fromEntries(files.map(file => [file, hash(file)]))
}

async function prepared(
  t: Teardown,
  engine: Engine,
  work: (db: Database) => Promise<unknown> = () => Promise.resolve(),
): Promise<Database> {
  const db = await freshDatabase(t, engine)
  await finish(seed(db, { contacts: 60 }))
  await work(db)
  return db
}

/** The same as a closed file. */
async function preparedFile(
  t: Teardown,
  mode: 'DELETE' | 'WAL',
  work?: (db: Database) => Promise<unknown>,
): Promise<{ config: Config; path: string }> {
  const db = await prepared(t, 'sqlite', work)
  await db.script(`PRAGMA journal_mode = ${mode}`)
  await db.close()
  return { config: db.config, path: pathOf(db) }
}

/** As the command does it. */
async function reading(config: Config, work: (db: Database) => Promise<unknown>): Promise<void> {
  const db = await connect(config, { mode: 'read' })
  await work(db)
  await db.close()
}

const contactsIn = ({ plan }: Awaited<ReturnType<typeof previewMigrate>>) =>
  plan?.steps.find(step => step.backfill?.table === 'contact')?.backfill?.rows

for (const engine of engines) {
  t.test(`${engine}: a dry run of migrate changes nothing and leaves nothing`, async t => {
    const db = await prepared(t, engine)
    const before = await stateOfDatabase(db)
    await reading(db.config, previewMigrate)
    t.same(await stateOfDatabase(db), before)
  })

  t.test(`${engine}: a dry run of rollback changes nothing and leaves nothing`, async t => {
    const db = await prepared(t, engine, db => finish(migrate(db)))
    const before = await stateOfDatabase(db)
    await reading(db.config, db => previewRollback(db, { to: 'start' }))
    t.same(await stateOfDatabase(db), before)
  })

  t.test(`${engine}: a dry run sees what another program just wrote`, async t => {
    const db = await prepared(t, engine)
    await insertRows(db, 'contact', [{ contactid: guidOf('contact', 1), lastname: 'Just written' }])
    await reading(db.config, async reader => {
      t.equal(contactsIn(await previewMigrate(reader)), 61)
    })
  })
}

for (const mode of ['DELETE', 'WAL'] as const) {
  t.test(
    `sqlite: a dry run of migrate changes no file and leaves none, journal mode ${mode}`,
    async t => {
      const { config, path } = await preparedFile(t, mode)
      const [before, names] = [filesBeside(path), readdirSync(dirname(path))]
      await reading(config, previewMigrate)
      t.same(filesBeside(path), before)
      t.same(readdirSync(dirname(path)), names)
    },
  )

  t.test(
    `sqlite: a dry run of rollback changes no file and leaves none, journal mode ${mode}`,
    async t => {
      const { config, path } = await preparedFile(t, mode, db => finish(migrate(db)))
      const [before, names] = [filesBeside(path), readdirSync(dirname(path))]
      await reading(config, db => previewRollback(db, { to: 'start' }))
      t.same(filesBeside(path), before)
      t.same(readdirSync(dirname(path)), names)
    },
  )
}

t.test('sqlite: a dry run leaves the log of another program alone', async t => {
  const { config, path } = await preparedFile(t, 'WAL')
  const other = new Driver(path)
  t.teardown(() => {
    other.close()
  })
  other.exec("INSERT INTO contact (contactid, lastname) VALUES ('new', 'Just written')")
  const before = filesBeside(path)
  t.ok(Object.keys(before).some(file => file.endsWith('-wal')))
  await reading(config, async db => {
    t.equal(contactsIn(await previewMigrate(db)), 61)
  })
  t.same(filesBeside(path), before)
})
