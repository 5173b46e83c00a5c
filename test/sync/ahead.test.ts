import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import Driver from 'better-sqlite3'
import t, { type Test } from 'tap'
import { connect } from '../../src/database/connect.ts'
import type { Database } from '../../src/database/database.ts'
import { recorded } from '../../src/database/run.ts'
import { identifier, raw, sql, type Sql } from '../../src/domain/sql.ts'
import { finish, type RunEvent, type Work } from '../../src/events.ts'
import { violationsOf } from '../../src/invariant.ts'
import { seed } from '../../src/seed/seed.ts'
import { makeWorkTable } from '../../src/sync/work-tables.ts'
import { syncTemplates, type SyncOptions, type SyncResult } from '../../src/sync/sync.ts'
import type { TemplateName } from '../../src/sync/template.ts'
import { syncTruths } from '../../src/sync/truths.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { copiesFor, opened } from '../support/copies.ts'
import { freshDatabase } from '../support/database.ts'
import { survive, undisturbed, type Scene } from '../support/kill.ts'
import { pathOf } from '../support/live.ts'
import { otherTrigger } from '../support/other-trigger.ts'
import { stateOfDatabase } from '../support/state.ts'

// A thread is started for two legs of each sync.
t.setTimeout(180_000)

const written = [
  'cds_account',
  'cds_contact',
  'finops_customersv2',
  'finops_cdscontactpersons',
  'p2c_sync_record',
  'p2c_sync_reject',
]

/** Makes a target refuse each account whose sequence number can be divided by `every`. */
async function refuse(db: Database, table: string, number: string, every: number): Promise<void> {
  await db.script(
    otherTrigger('sqlite', `no_way_${every}`, `BEFORE INSERT ON ${table}`, {
      when: `new."${number}" LIKE 'ACC-%' AND CAST(substr(new."${number}", 5, 5) AS INTEGER) % ${every} = 0`,
      does: { refuses: 'no way' },
    }),
  )
}

/** Upgraded but for the sync, which rejects some accounts, and so contacts under them. */
async function ready(t: Test): Promise<Database> {
  const db = await freshDatabase(t, 'sqlite', { batch: { rows: 50 } })
  await finish(seed(db, { contacts: 400 }))
  await finish(migrate(db, { to: '20261101T1005_change_tracking' }))
  await refuse(db, 'cds_account', 'AccountId', 7)
  return db
}

/** @param from how many rows of a source are worth a thread */
function syncing(
  db: Database,
  from: number,
  templates: readonly TemplateName[] = ['accounts', 'contacts', 'contacts-to-customer'],
): Work<SyncResult> {
  const options: SyncOptions = { mode: 'full', listAheadFrom: from, templates }
  return recorded(db, 'sync', run => syncTemplates(db, run, options))
}

async function contents(db: Database): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {}
  for (const table of written) {
    const rows = await db.rows<object>(sql`SELECT * FROM ${identifier(table)} ORDER BY 1, 2, 3`)
    found[table] = rows.map(row => ({ ...row, rejected_on: '' }))
  }
  return found
}

/** Forgets all that was synchronised. */
async function forget(db: Database): Promise<void> {
  for (const table of [...written, 'p2c_sync_execution', 'p2c_sync_part'])
    await db.script(`DELETE FROM ${table}`)
}

async function isTakenOver(db: Database): Promise<boolean> {
  const found = await db.row(sql`SELECT 1 FROM pragma_database_list WHERE name LIKE 'p2c_aside%'`)
  return found !== undefined
}

const fileOf = (db: Database, name: string) => `${pathOf(db)}-p2c-aside-${name}`

/** The files beside a database that threads made. */
function filesAside(db: Database): string[] {
  const folder = dirname(pathOf(db))
  const files = readdirSync(folder).filter(name => name.includes('-p2c-aside-'))
  return files.map(name => join(folder, name))
}

/** Waits for a list that a thread has made, but not for ever: none may be begun. */
async function isListed(db: Database): Promise<boolean> {
  for (let waited = 0; waited < mostMillis; waited += 20) {
    if (filesAside(db).some(hasList)) return true
    await wait(20)
  }
  return false
}

const mostMillis = 2_000

function hasList(file: string): boolean {
  const aside = new Driver(file, { readonly: true })
  try {
    aside.prepare('SELECT count(*) FROM p2c_sync_work_1').get()
    return true
  } catch {
    return false
  } finally {
    aside.close()
  }
}

/** Runs a sync to its end and says in which steps the lists of a thread were gone through. */
async function stepsAhead(
  db: Database,
  work: Work<SyncResult>,
  meanwhile: (event: RunEvent) => Promise<void> = () => Promise.resolve(),
): Promise<{ result: SyncResult; steps: string[] }> {
  const steps = new Set<string>()
  for (;;) {
    const next = await work.next()
    if (next.done) return { result: next.value, steps: [...steps] }
    if (next.value.type === 'progress' && (await isTakenOver(db))) steps.add(next.value.step)
    await meanwhile(next.value)
  }
}

const contactsLegs = ['contacts: source-cds', 'contacts-to-customer: source-cds']

/** What a sync writes that lists nothing ahead. */
async function plainly(
  db: Database,
  templates?: readonly TemplateName[],
): Promise<{ result: SyncResult; content: object }> {
  const result = await finish(syncing(db, Infinity, templates))
  const content = await contents(db)
  await forget(db)
  return { result, content }
}

t.test(
  'what is listed ahead is what would have been listed: all is written as without',
  async t => {
    const db = await ready(t)
    const plain = await plainly(db)
    const { result, steps } = await stepsAhead(db, syncing(db, 0))
    t.same(steps, contactsLegs, 'the lists of a thread were used')
    t.same(result, plain.result)
    t.same(await contents(db), plain.content)
    const rejected = sql`SELECT 1 FROM p2c_sync_reject WHERE code = 'ACCOUNT_REJECTED'`
    t.ok(await db.row(rejected), 'contacts of rejected accounts among them')
    t.same(await violationsOf(db, syncTruths(db)), [])
    t.same(filesAside(db), [], 'nothing is left of it')
  },
)

t.test('what another program writes behind the list is written as it is now', async t => {
  const db = await ready(t)
  const other = await connect(db.config, { mode: 'write' })
  t.teardown(() => other.close())
  const { steps } = await stepsAhead(db, syncing(db, 0), async event => {
    if (event.type !== 'step' || event.state !== 'started') return
    if (event.step !== 'contacts: source-cds') return
    t.ok(await isListed(db))
    await other.script(`UPDATE contact SET firstname = 'Renamed'`)
  })
  t.same(steps, contactsLegs)
  const names = await db.rows(sql`SELECT DISTINCT "Name_GivenName" AS name FROM cds_contact`)
  t.same(names, [{ name: 'Renamed' }])
})

t.test('contacts of an account that is refused meanwhile are rejected', async t => {
  const db = await ready(t)
  await db.script('DROP TRIGGER no_way_7')
  await refuse(db, 'finops_customersv2', 'CustomerAccount', 9)
  const plain = await plainly(db)
  const { result, steps } = await stepsAhead(db, syncing(db, 0))
  t.same(
    steps,
    ['contacts-to-customer: source-cds'],
    'the list is made anew where it could be wrong',
  )
  t.same(result, plain.result)
  t.same(await contents(db), plain.content)
})

const withSharedKeys = ['accounts', 'contacts-to-customer'] as const

/** Gives the first account this number. */
async function renumberAccount(db: Database, number: Sql): Promise<void> {
  await db.change(
    sql`UPDATE account SET accountnumber = ${number} WHERE accountid = (SELECT min(accountid) FROM account)`,
  )
}

const aCustomersNumber = sql`(SELECT msdynce_contactnumber FROM contact WHERE msdynce_isactivecustomer = 1 LIMIT 1)`

t.test('a contact whose number an account has is rejected', async t => {
  const db = await ready(t)
  await db.script('DROP TRIGGER no_way_7')
  await renumberAccount(db, aCustomersNumber)
  const plain = await plainly(db, withSharedKeys)
  let isInTime = false
  const { result, steps } = await stepsAhead(db, syncing(db, 0, withSharedKeys), async event => {
    if (event.type === 'step' && event.step === 'accounts: source-cds' && !isInTime)
      isInTime = await isListed(db)
  })
  t.ok(isInTime, 'listed before there was the record of the account')
  t.same(steps, [], 'the list is made anew')
  t.same(result, plain.result)
  t.same(await contents(db), plain.content)
  t.ok(await db.row(sql`SELECT 1 FROM p2c_sync_reject WHERE code = 'KEY_TAKEN'`))
})

t.test('an account whose number lies among those of contacts takes none of them', async t => {
  const db = await ready(t)
  await renumberAccount(db, sql`(SELECT ${aCustomersNumber} || '-A')`)
  const plain = await plainly(db, withSharedKeys)
  const { result, steps } = await stepsAhead(db, syncing(db, 0, withSharedKeys))
  t.same(steps, ['contacts-to-customer: source-cds'], 'the list is used')
  t.same(result, plain.result)
  t.same(await contents(db), plain.content)
})

t.test('a long list is begun with before a short one that is needed sooner', async t => {
  const db = await ready(t)
  await db.script('UPDATE contact SET msdynce_isactivecustomer = rowid % 10 > 0')
  const plain = await plainly(db)
  const work = syncing(db, 0)
  const { result } = await stepsAhead(db, work, async event => {
    if (event.type !== 'step' || event.step !== 'accounts: source-cds') return
    if (event.state !== 'started') return
    t.ok(await isListed(db))
    const [customers] = await db.rows<{ id: number }>(
      sql`SELECT execution_id AS id FROM p2c_sync_execution WHERE task = 'ContactToCustomer'`,
    )
    t.same(filesAside(db), [fileOf(db, String(customers?.id))])
  })
  t.same(result, plain.result)
  t.same(await contents(db), plain.content)
})

t.test('stopped at any event, nothing is left of it, and the next run goes on', async t => {
  const db = await ready(t)
  const { content } = await plainly(db)
  for (let events = 1, isDone = false; !isDone; events += 15) {
    await forget(db)
    const work = syncing(db, 0)
    for (let i = 0; i < events && !isDone; i++) isDone = Boolean((await work.next()).done)
    if (!isDone) await work.return(undefined as never)
    t.notOk(await isTakenOver(db))
    t.same(filesAside(db), [])
    await finish(syncing(db, 0))
    t.same(withoutExecutions(await contents(db)), withoutExecutions(content), `${events} events`)
  }
})

/** Executions that were stopped have other ids. */
function withoutExecutions(content: object): unknown {
  return JSON.parse(JSON.stringify(content).replaceAll(/"(\w+_)?execution_id":\d+/g, '"id":0'))
}

t.test('killed before any statement and run again, it ends as if undisturbed', async t => {
  const copies = copiesFor(t, 'sqlite')
  const { database } = await copies.copy(null)
  await opened({ database, batch: { rows: 15 } }, async db => {
    await finish(seed(db, { contacts: 60 }))
    await finish(migrate(db))
    for (const table of written) await db.script(`DELETE FROM ${table}`)
  })
  const ignore = ['p2c_sync_execution']
  const scene: Scene = { operation: 'full sync', before: database, copies, ignore }
  const look = async (db: Database) => ({
    ...(await stateOfDatabase(db, ignore)),
    aside: filesAside(db),
  })
  const { life, state } = await undisturbed(scene)
  const points = 16
  for (let point = 1; point <= points; point++) {
    const statement = Math.ceil((point * life.statements) / (points + 1))
    const death = { statement, moment: 'before' } as const
    const ordeal = await survive(scene, [{ operation: 'full sync', death }], { look })
    t.equal(ordeal.kills, 1, `killed before statement ${statement} of ${life.statements}`)
    t.same(ordeal.state, { ...state, aside: [] })
  }
})

t.test('what a killed run left is taken away by the next sync', async t => {
  const db = await ready(t)
  writeFileSync(fileOf(db, '7'), 'left behind')
  await finish(syncing(db, Infinity))
  t.same(filesAside(db), [])
})

t.test(
  'tables are made aside while others write, in a file that its owner alone reads',
  async t => {
    const db = await freshDatabase(t, 'sqlite')
    t.notOk(
      db.dialect.workAside?.isPossible(db),
      'without a write-ahead log one waits for the other',
    )
    await db.script('PRAGMA journal_mode = WAL; CREATE TABLE mine (n integer)')
    t.ok(db.dialect.workAside?.isPossible(db))
    const aside = await connect(db.config, { mode: 'write', workAside: 'mine' })
    await aside.transaction(async () => {
      await makeWorkTable(aside, 'country', 'spelling text NOT NULL PRIMARY KEY')
      await aside.change(sql`INSERT INTO p2c_sync_country SELECT ${'Utopia'} FROM mine`)
      await db.transaction(() => db.change(sql`INSERT INTO mine VALUES (1)`))
      await aside.change(sql`INSERT INTO p2c_sync_country SELECT ${'Utopia'}`)
    })
    await aside.close()
    t.equal(statSync(fileOf(db, 'mine')).mode & 0o777, 0o600)
    await db.dialect.workAside?.takeOver(db, 'mine')
    const all = raw('SELECT spelling FROM p2c_sync_country')
    t.same(await db.rows(all), [{ spelling: 'Utopia' }], 'they are seen as if they were made here')
    await db.dialect.workAside?.letGo(db, 'mine')
    await t.rejects(db.rows(all))
    t.same(filesAside(db), [])
  },
)
