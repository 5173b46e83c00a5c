import t from 'tap'
import { loadConfig } from '../../../src/config.ts'
import { connect } from '../../../src/database/connect.ts'
import { notes } from '../../../src/database/notes-changes.ts'
import { sql } from '../../../src/domain/sql.ts'
import { finish } from '../../../src/events.ts'
import { seed } from '../../../src/seed/seed.ts'
import { migrate } from '../../../src/upgrade/migrate.ts'
import { sync } from '../../../src/upgrade/sync.ts'
import { databaseOfItsOwn, type Teardown } from '../../support/database.ts'
import { liveSince } from '../../support/live.ts'

/** How often a row may be read in one upgrade: by checks, scans, look-ups and updates together. */
const mostReads = 60
/** Rows that are read however small a table is. */
const always = 3_000
/** What the sync fills is read by its second leg, and looked at once more. */
const mostReadsOfTarget = 5
/** How many rows come one by one. */
const inserted = 1_000

interface Reads {
  readonly name: string
  readonly reads: number
  readonly rows: number
}

/** How many rows of each table an upgrade reads, which then has so many. */
async function readsOfUpgrade(t: Teardown, settings: object = {}): Promise<Reads[]> {
  const { database } = await databaseOfItsOwn(t)
  const config = loadConfig({ options: { database, ...settings }, file: false })
  const db = await connect(config, { mode: 'write' })
  await finish(seed(db, { contacts: 3_000 }))
  await finish(migrate(db))
  // What a session has read is counted when it is gone.
  await db.close()
  const reader = await connect(config, { mode: 'read' })
  t.teardown(() => reader.close())
  const tables = await reader.rows<{ name: string; reads: string; rows: string }>(
    sql`SELECT relname AS name, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) AS reads, n_live_tup AS rows
      FROM pg_stat_user_tables ORDER BY relname`,
  )
  return tables.map(({ name, reads, rows }) => ({ name, reads: Number(reads), rows: Number(rows) }))
}

t.test('no table is gone through again for each row of another', async t => {
  const tables = await readsOfUpgrade(t)
  t.ok(tables.some(({ name, rows }) => name === 'cds_contact' && rows > 500))
  for (const { name, reads, rows } of tables)
    t.ok(reads <= mostReads * rows + always, `${name}: ${rows} rows, ${reads} reads`)
})

t.test('nor is what the sync fills for each of many batches', async t => {
  const targets = (await readsOfUpgrade(t, { batch: { rows: 20 } })).filter(({ name }) =>
    /^(cds|finops)_/.test(name),
  )
  t.equal(targets.length, 4)
  for (const { name, reads, rows } of targets)
    t.ok(reads <= mostReadsOfTarget * rows, `${name}: ${rows} rows, ${reads} reads`)
})

t.test(
  'a row that comes is looked up by index, also in a session that found the tables empty',
  async t => {
    const { database } = await databaseOfItsOwn(t)
    const config = loadConfig({ options: { database }, file: false })
    const db = await connect(config, { mode: 'write' })
    await finish(seed(db, { contacts: 20 }))
    await finish(migrate(db))
    await db.script(`DO $$ BEGIN FOR i IN 1..${inserted} LOOP
      INSERT INTO contact (contactid, lastname) VALUES (gen_random_uuid(), 'Lovelace');
    END LOOP; END $$`)
    await db.close()
    const reader = await connect(config, { mode: 'read' })
    t.teardown(() => reader.close())
    const numbered = await reader.row<{ n: string }>(
      sql`SELECT count(*) AS n FROM p2c_given_number WHERE sequence = 'contact'`,
    )
    t.equal(Number(numbered?.n), inserted)
    const read = await reader.rows<{ name: string; rows: string }>(
      sql`SELECT relname AS name, seq_tup_read AS rows FROM pg_stat_user_tables WHERE seq_tup_read > ${10 * inserted}`,
    )
    t.same(read, [])
  },
)

t.test('rows that come before the plan do not have all rows looked up among them', async t => {
  const { database } = await databaseOfItsOwn(t)
  const config = loadConfig({ options: { database }, file: false })
  const db = await connect(config, { mode: 'write' })
  t.teardown(() => db.close())
  await finish(seed(db, { contacts: 3_000 }))
  await finish(migrate(db, { to: liveSince }))
  await db.script(
    `INSERT INTO contact (contactid) SELECT gen_random_uuid() FROM generate_series(1, ${inserted})`,
  )
  await finish(migrate(db))
  const known = await db.row<{ rows: number }>(
    sql`SELECT reltuples AS rows FROM pg_class WHERE oid = to_regclass('p2c_given_number')`,
  )
  t.equal(known?.rows, inserted, 'the server plans with what there is')
})

t.test('what is noted is taken up at once, however much of it there is', async t => {
  const { database } = await databaseOfItsOwn(t)
  const config = loadConfig({ options: { database }, file: false })
  const db = await connect(config, { mode: 'write' })
  await finish(seed(db, { contacts: 20 }))
  await finish(migrate(db))
  await db.script(
    `INSERT INTO contact (contactid) SELECT gen_random_uuid() FROM generate_series(1, ${inserted});
    UPDATE contact SET lastname = 'Lovelace'`,
  )
  await finish(sync(db, { mode: 'changed' }))
  await db.close()
  const reader = await connect(config, { mode: 'read' })
  t.teardown(() => reader.close())
  t.same(await reader.rows(notes), [])
  const read = await reader.rows<{ name: string; rows: string }>(
    sql`SELECT relname AS name, seq_tup_read AS rows FROM pg_stat_user_tables
      WHERE relname IN ('p2c_given_number', 'p2c_changed_row', 'p2c_taken_row') AND seq_tup_read > ${20 * inserted}`,
  )
  t.same(read, [])
})
