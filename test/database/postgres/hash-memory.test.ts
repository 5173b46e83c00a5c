import t from 'tap'
import { connect } from '../../../src/database/connect.ts'
import type { Database } from '../../../src/database/database.ts'
import { sql } from '../../../src/domain/sql.ts'
import { finish } from '../../../src/events.ts'
import { seed } from '../../../src/seed/seed.ts'
import { databaseOfItsOwn, freshDatabase } from '../../support/database.ts'
import { onServer } from '../../support/postgres-server.ts'

/** How the server would find out of all contacts whether they have a document. */
async function planOf(db: Database): Promise<string> {
  const isActive = db.rules.isActive(db.names.column('contactid', 'c'), 'in the whole table')
  const rows = await db.rows<{ 'QUERY PLAN': string }>(
    sql`EXPLAIN (VERBOSE) SELECT ${isActive} FROM contact AS c`,
  )
  return rows.map(row => row['QUERY PLAN']).join('\n')
}

t.test('a set of keys that does not fit into work_mem is hashed all the same', async t => {
  const place = await databaseOfItsOwn(t)
  const first = await freshDatabase(t, 'postgres', place)
  await finish(seed(first, { contacts: 3_000 }))
  await first.script('ANALYZE')
  const name = new URL(place.database).pathname.slice(1)
  await onServer(place.database, `ALTER DATABASE ${name} SET work_mem = '64kB'`)
  await onServer(place.database, `ALTER DATABASE ${name} SET hash_mem_multiplier = 1`)
  const db = await connect(first.config, { mode: 'write' })
  t.teardown(() => db.close())
  t.match(await planOf(db), /hashed SubPlan/)
  await db.script('SET hash_mem_multiplier = 1')
  t.notMatch(await planOf(db), /hashed SubPlan/, 'which it would not be of itself')
  await db.dialect.beginLongWork(db)
  t.match(await planOf(db), /hashed SubPlan/)
  t.match(
    await db.row(sql`SHOW hash_mem_multiplier`),
    { hash_mem_multiplier: '1' },
    'no more than is needed',
  )
})
