import fc from 'fast-check'
import t from 'tap'
import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import { seed } from '../../src/seed/seed.ts'
import type { SyncMode } from '../../src/sync/execution.ts'
import type { SyncResult } from '../../src/sync/sync.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { sync } from '../../src/upgrade/sync.ts'
import { connect } from '../../src/database/connect.ts'
import { engines, freshDatabase, type Engine, type Teardown } from '../support/database.ts'
import { postgresProgram } from '../support/postgres-program.ts'
import { guidOf } from '../support/sales.ts'

t.setTimeout(300_000)

const run = (db: Database, mode: SyncMode = 'changed'): Promise<SyncResult> =>
  finish(sync(db, { mode }))

/** What each template's first leg did, as `+inserted ~updated =unchanged xrejected`. */
const told = ({ templates }: SyncResult) =>
  templates.map(({ legs: [leg] }) =>
    leg ? `+${leg.inserted} ~${leg.updated} =${leg.unchanged} x${leg.rejected}` : '',
  )
/** Rows that were rejected before are looked at each time. */
const nothing = [/^\+0 ~0 =0 x0$/, /^\+0 ~0 =0 x[01]$/, /^\+0 ~0 =0 x0$/]

async function upgraded(test: Teardown, engine: Engine, settings: object = {}): Promise<Database> {
  const db = await freshDatabase(test, engine, settings)
  await finish(seed(db, { contacts: 40, oddities: [] }))
  await finish(migrate(db))
  return db
}

const modes = async (db: Database) =>
  (
    await db.rows<{ mode: string }>(
      sql`SELECT mode FROM p2c_sync_execution WHERE template = 'accounts' ORDER BY execution_id`,
    )
  ).map(row => row.mode)

/** The keys of contacts or accounts, in a fixed order. */
async function keysOf(db: Database, table: 'contact' | 'account'): Promise<string[]> {
  const rows = await db.rows<{ id: string }>(
    table === 'contact'
      ? sql`SELECT contactid AS id FROM contact ORDER BY 1`
      : sql`SELECT accountid AS id FROM account ORDER BY 1`,
  )
  return rows.map(row => row.id)
}

/** What other programs do to the n-th contact or account, or to one that is new. */
const edits: Readonly<Record<string, (db: Database, n: number) => Promise<unknown>>> = {
  renamedContact: async (db, n) =>
    db.change(
      sql`UPDATE contact SET lastname = ${`Renamed ${n}`} WHERE contactid = ${await contactAt(db, n)}`,
    ),
  renamedAccount: async (db, n) =>
    db.change(
      sql`UPDATE account SET name = ${`Renamed ${n}`} WHERE accountid = ${await accountAt(db, n)}`,
    ),
  renumberedAccount: async (db, n) =>
    db.change(
      sql`UPDATE account SET accountnumber = ${`NEW-${n % 4}`} WHERE accountid = ${await accountAt(db, n)}`,
    ),
  renumberedContact: async (db, n) =>
    db.change(
      sql`UPDATE contact SET msdynce_contactnumber = ${`OWN-${n % 4}`} WHERE contactid = ${await contactAt(db, n)}`,
    ),
  likeAnAccount: async (db, n) =>
    db.change(
      sql`UPDATE contact SET msdynce_contactnumber = (SELECT accountnumber FROM account WHERE accountid = ${await accountAt(db, n)}) WHERE contactid = ${await contactAt(db, n)}`,
    ),
  movedContact: async (db, n) =>
    db.change(
      sql`UPDATE contact SET parentcustomerid = ${await accountAt(db, n + 1)}, parentcustomeridtype = 'account' WHERE contactid = ${await contactAt(db, n)}`,
    ),
  deletedContact: async (db, n) =>
    db.change(sql`DELETE FROM contact WHERE contactid = ${await contactAt(db, n)}`),
  deletedAccount: async (db, n) =>
    db.change(sql`DELETE FROM account WHERE accountid = ${await accountAt(db, n)}`),
  newAccount: async (db, n) =>
    db.change(
      sql`INSERT INTO account (accountid, name) VALUES (${guidOf('account', 900 + n)}, ${`New ${n}`}) ON CONFLICT DO NOTHING`,
    ),
  newContact: async (db, n) =>
    db.change(
      sql`INSERT INTO contact (contactid, lastname, parentcustomerid, parentcustomeridtype) VALUES (${guidOf('contact', 900 + n)}, ${`New ${n}`}, ${guidOf('account', 900 + n)}, 'account') ON CONFLICT DO NOTHING`,
    ),
  firstQuote: async (db, n) =>
    db.change(
      sql`INSERT INTO quote (quoteid, customerid, customeridtype) VALUES (${guidOf('quote', 900 + n)}, ${await contactAt(db, n)}, 'contact') ON CONFLICT DO NOTHING`,
    ),
  noMoreQuotes: async (db, n) =>
    db.change(sql`DELETE FROM quote WHERE customerid = ${await contactAt(db, n)}`),
  unknownGender: async (db, n) =>
    db.change(sql`UPDATE contact SET gendercode = 77 WHERE contactid = ${await contactAt(db, n)}`),
  knownGender: async (db, n) =>
    db.change(sql`UPDATE contact SET gendercode = 1 WHERE contactid = ${await contactAt(db, n)}`),
}

const at = (keys: readonly string[], n: number) => keys[n % keys.length]
const contactAt = async (db: Database, n: number) => at(await keysOf(db, 'contact'), n)
const accountAt = async (db: Database, n: number) => at(await keysOf(db, 'account'), n)

for (const engine of engines)
  t.test(engine, async t => {
    await t.test('where nothing was written, nothing is looked at', async t => {
      const db = await upgraded(t, engine)
      t.match(told(await run(db)), nothing)
      t.same(await modes(db), ['full', 'changed'])
    })

    await t.test('a row that was written is carried over, and no other is looked at', async t => {
      const db = await upgraded(t, engine)
      const id = await accountAt(db, 0)
      await db.change(sql`UPDATE account SET name = 'Renamed' WHERE accountid = ${id}`)
      const [accounts] = told(await run(db))
      t.equal(accounts, '+0 ~1 =0 x0')
      t.match(told(await run(db)), nothing, 'and not a second time')
    })

    await t.test('whatever others write, a full sync finds nothing that it left out', async t => {
      const names = Object.keys(edits)
      const db = await upgraded(t, engine)
      // As where doubles were accepted: a number may be there twice.
      for (const table of ['account', 'contact'])
        await db.script(`DROP INDEX p2c_${table}_number_key`)
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.constantFrom(...names), fc.nat(30)), { minLength: 1, maxLength: 8 }),
          async done => {
            for (const [name, n] of done) await edits[name]?.(db, n)
            const rejects = () =>
              db.rows(
                sql`SELECT task, leg, source_id, key, code, message FROM p2c_sync_reject ORDER BY 1, 2, 3`,
              )
            await run(db)
            const before = await rejects()
            const { templates } = await run(db, 'full')
            for (const { template, legs } of templates)
              for (const { leg, inserted, updated } of legs)
                if (inserted + updated > 0)
                  throw new Error(`${template} ${leg}: ${inserted} inserted, ${updated} updated`)
            if (JSON.stringify(await rejects()) !== JSON.stringify(before))
              throw new Error(
                `rejects: ${JSON.stringify(before)} became ${JSON.stringify(await rejects())}`,
              )
          },
        ),
        { numRuns: engine === 'sqlite' ? 40 : 12 },
      )
      t.pass('in all of these')
    })

    await t.test('a sync of one template leaves what was written to the others', async t => {
      const db = await upgraded(t, engine)
      const id = await accountAt(db, 0)
      await db.change(sql`UPDATE account SET name = 'Renamed' WHERE accountid = ${id}`)
      await finish(sync(db, { mode: 'changed', templates: ['contacts'] }))
      t.equal(told(await run(db))[0], '+0 ~1 =0 x0')
    })

    await t.test('what is written while a sync is under way is for the next one', async t => {
      const db = await upgraded(t, engine, { batch: { rows: 5 } })
      const other = await connect(db.config, { mode: 'write' })
      t.teardown(() => other.close())
      await db.change(sql`UPDATE account SET name = 'Renamed'`)
      const id = await accountAt(db, 0)
      const work = sync(db, { mode: 'changed' })
      for (let next = await work.next(); !next.done; next = await work.next())
        if (next.value.type === 'progress')
          await other.change(sql`UPDATE account SET name = 'Again' WHERE accountid = ${id}`)
      t.equal(told(await run(db))[0]?.endsWith('x0'), true)
      t.same(
        await db.rows(
          sql`SELECT "OrganizationName" AS name FROM cds_account WHERE "AccountId" = (SELECT accountnumber FROM account WHERE accountid = ${id})`,
        ),
        [{ name: 'Again' }],
      )
      t.same(await db.rows(sql`SELECT * FROM p2c_changed_row`), [])
    })

    if (engine === 'postgres')
      await t.test('what is written again while a sync takes it up is looked at anew', async t => {
        const db = await upgraded(t, engine)
        const other = await connect(db.config, { mode: 'write' })
        t.teardown(() => other.close())
        const rename = (name: string) => other.change(sql`UPDATE account SET name = ${name}`)
        await rename('Once')
        let isWrittenAgain = false
        const disturbed: Database = {
          ...db,
          change: async query => {
            const text = 'sql' in query ? query.sql : ''
            if (!isWrittenAgain && text.includes('INSERT INTO p2c_taken_row')) {
              isWrittenAgain = true
              await rename('Again')
            }
            return db.change(query)
          },
        }
        t.equal(told(await run(disturbed))[0]?.endsWith('x0'), true)
        t.ok(isWrittenAgain)
        t.same(
          await db.rows(
            sql`SELECT DISTINCT "OrganizationName" AS name FROM cds_account WHERE "PartyType" = 'Organization'`,
          ),
          [{ name: 'Again' }],
        )
      })

    await t.test('a full sync takes each row as it is when its batch comes', async t => {
      const db = await upgraded(t, engine, { batch: { rows: 2 }, workers: 1 })
      const other = await connect(db.config, { mode: 'write' })
      t.teardown(() => other.close())
      const work = sync(db, { mode: 'full' })
      let done = 0
      for (let next = await work.next(); !next.done; next = await work.next()) {
        if (next.value.type !== 'progress' || done > 0) continue
        done = next.value.done
        await other.change(sql`UPDATE account SET name = 'Now'`)
      }
      const rest = await db.row<{ n: number }>(
        sql`SELECT count(*) AS n FROM cds_account WHERE "PartyType" = 'Organization' AND "OrganizationName" <> 'Now'`,
      )
      t.equal(Number(rest?.n), done)
    })

    await t.test('every row is compared, and why is told, where changes are not known', async t => {
      const db = await upgraded(t, engine)
      const reasonOf = async (other: Database) => {
        const work = sync(other, { mode: 'changed' })
        for (;;) {
          const next = await work.next()
          if (next.done) return null
          if (next.value.type !== 'warning' || next.value.code !== 'CHANGES_UNKNOWN') continue
          const { message } = next.value
          await finish(work)
          return message
        }
      }
      t.equal(await reasonOf(db), null)
      const config = { ...db.config, sync: { ...db.config.sync, currency: 'EUR' } }
      const other = await connect(config, { mode: 'write' })
      t.teardown(() => other.close())
      t.match(await reasonOf(other), /settings.*have changed/)
      t.equal(await reasonOf(other), null, 'from then on it is known again')
      await db.script(
        engine === 'sqlite'
          ? 'DROP TRIGGER p2c_contact_changed'
          : 'ALTER TABLE contact DISABLE TRIGGER p2c_contact_changed',
      )
      t.match(await reasonOf(other), /trigger that notes changes is gone or disabled/)
    })

    await t.test('a full sync takes the place of an unfinished one that is not full', async t => {
      const db = await upgraded(t, engine)
      const id = await accountAt(db, 0)
      await db.change(sql`UPDATE account SET name = 'Renamed' WHERE accountid = ${id}`)
      const work = sync(db, { mode: 'changed' })
      for (let next = await work.next(); !next.done; next = await work.next())
        if (next.value.type === 'step' && next.value.step === 'accounts: source-cds') break
      await work.return(undefined as never)
      await run(db, 'full')
      t.same(
        await db.rows(
          sql`SELECT mode, state FROM p2c_sync_execution WHERE template = 'accounts' ORDER BY execution_id`,
        ),
        [
          { mode: 'full', state: 'finished' },
          { mode: 'changed', state: 'superseded' },
          { mode: 'full', state: 'finished' },
        ],
      )
      t.match(told(await run(db)), nothing)
    })
  })

t.test('postgres: what is not committed yet when a sync begins is for the next one', async t => {
  const db = await upgraded(t, 'postgres')
  const other = await postgresProgram(t, db)
  const id = await accountAt(db, 0)
  await db.change(sql`UPDATE account SET name = 'First' WHERE accountid = ${id}`)
  await other.run('BEGIN')
  await other.run('UPDATE account SET name = $1 WHERE accountid = $2', 'Second', id)
  t.match(told(await run(db)), nothing, 'and it does not wait')
  await other.run('COMMIT')
  t.equal(told(await run(db))[0], '+0 ~1 =0 x0')
})

t.test('postgres: after TRUNCATE every row is compared', async t => {
  const db = await upgraded(t, 'postgres')
  await db.script('TRUNCATE contact')
  const { templates } = await run(db)
  t.ok(templates.some(({ warnings }) => warnings.some(one => one.code === 'RECORD_LEFT_BEHIND')))
  t.match(told(await run(db)), nothing)
})
