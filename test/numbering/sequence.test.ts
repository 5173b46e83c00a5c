import t from 'tap'
import { makeOwnTables } from '../../src/database/own-tables.ts'
import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/domain/sql.ts'
import { formatOf, nextNumber, takeBlock, ensureRoom } from '../../src/numbering/sequence.ts'
import { engines, freshDatabase, type Engine, type Teardown } from '../support/database.ts'
import { dropOtherTrigger, otherTrigger } from '../support/other-trigger.ts'

async function sequences(t: Teardown, engine: Engine, settings: object = {}): Promise<Database> {
  const db = await freshDatabase(t, engine, settings)
  await makeOwnTables(db)
  for (const [name, format] of Object.entries({ contact: 'CON', account: 'ACC' }))
    for (const statement of db.dialect.sequences.make(name, format, 1_000))
      await db.script(statement)
  await db.script('CREATE TABLE kept (number text)')
  return db
}

const kept = sql`SELECT number FROM kept`

for (const engine of engines) {
  t.test(`${engine}: numbers begin at the seed, even before there is anything`, async t => {
    const db = await freshDatabase(t, engine, { numbering: { contact: { seed: 5_000 } } })
    t.equal(await nextNumber(db, 'contact', null), 5_000)
    t.equal(await nextNumber(db, 'account', null), 1_000)
  })

  t.test(
    `${engine}: numbers go on behind the highest that is kept, of this format only`,
    async t => {
      const db = await sequences(t, engine)
      t.equal(await nextNumber(db, 'contact', kept), 1_000)
      await db.script(
        `INSERT INTO kept VALUES ('CON-01041-KLMNPQ'), ('CON-01003-KLMNPQ'), ('ACC-09000-KLMNPQ'), ('X9999')`,
      )
      t.equal(await nextNumber(db, 'contact', kept), 1_042)
      t.equal(await nextNumber(db, 'account', kept), 9_001)
    },
  )

  t.test(
    `${engine}: a block that is taken is never given again, and the sequence never turns back`,
    async t => {
      const db = await sequences(t, engine)
      await takeBlock(db, 'contact', 1_000, 500)
      t.equal(await nextNumber(db, 'contact', kept), 1_500)
      t.equal(await nextNumber(db, 'account', kept), 1_000, 'the other is not touched')
      t.equal(await takeBlock(db, 'contact', 1_000, 100), 1_500, 'what others took meanwhile')
      t.equal(await nextNumber(db, 'contact', kept), 1_600)
      await takeBlock(db, 'contact', 1_600, 0)
      t.equal(await nextNumber(db, 'contact', kept), 1_600)
    },
  )

  t.test(`${engine}: a higher seed moves the next number, a lower one does not`, async t => {
    const high = await sequences(t, engine, { numbering: { contact: { seed: 2_000 } } })
    t.equal(await nextNumber(high, 'contact', kept), 2_000)
    const low = await sequences(t, engine, { numbering: { contact: { seed: 1 } } })
    t.equal(await nextNumber(low, 'contact', kept), 1_000)
  })

  t.test(
    `${engine}: a block that would need too long a number is refused, and nothing is taken`,
    async t => {
      const db = await sequences(t, engine)
      await t.rejects(takeBlock(db, 'contact', 999_999_990, 11), {
        code: 'NUMBERS_EXHAUSTED',
        exit: 4,
      })
      t.equal(await nextNumber(db, 'contact', kept), 1_000)
      await takeBlock(db, 'contact', 999_999_990, 10)
      t.equal(await nextNumber(db, 'contact', kept), 1_000_000_000)
      t.throws(
        () => {
          ensureRoom(formatOf(db, 'contact'), 1_000_000_000, 1)
        },
        { code: 'NUMBERS_EXHAUSTED' },
      )
      t.doesNotThrow(() => {
        ensureRoom(formatOf(db, 'contact'), 1_000_000_000, 0)
      }, 'none is asked for')
    },
  )

  t.test(`${engine}: a format that cannot be used is refused where it is asked for`, async t => {
    const db = await freshDatabase(t, engine, { numbering: { contact: { format: 'CON' } } })
    t.throws(() => formatOf(db, 'contact'), { code: 'NUMBER_FORMAT_INVALID', exit: 2 })
  })
}

t.test(
  'postgres: a block whose reservation fails before it is written down is not lost',
  async t => {
    const db = await sequences(t, 'postgres')
    await db.script(
      otherTrigger('postgres', 'poison', 'BEFORE INSERT ON p2c_setting', {
        when: `NEW.name LIKE 'number_block_reserved%'`,
        does: { refuses: 'as if killed' },
      }),
    )
    await t.rejects(takeBlock(db, 'contact', 1_000, 500), /as if killed/)
    await db.script(dropOtherTrigger('postgres', 'poison', 'p2c_setting'))
    t.equal(await takeBlock(db, 'contact', 1_000, 500), 1_000)
  },
)
