import t, { type Test } from 'tap'
import { connect } from '../../src/database/connect.ts'
import type { Database } from '../../src/database/database.ts'
import { identifier, sql } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import { seed } from '../../src/seed/seed.ts'
import { syncHistory } from '../../src/sync/history.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { rollback } from '../../src/upgrade/rollback.ts'
import { sync } from '../../src/upgrade/sync.ts'
import { verify } from '../../src/upgrade/verify.ts'
import { start } from '../support/command.ts'
import { freshDatabase, freshFolder } from '../support/database.ts'
import { contactLegs, poisonTarget } from '../support/poison.ts'

// Where a rollback on a server puts its audit.
process.chdir(freshFolder(t))

const targets = ['cds_account', 'cds_contact', 'finops_customersv2', 'finops_cdscontactpersons']
/** What is written down of them. */
const remarks = ['p2c_sync_record', 'p2c_sync_outcome', 'p2c_sync_reject']
const tablesAreThere = '20261101T1000_target_tables'

const inSmallBatches = { batch: { rows: 20 } }

/** Upgraded but for the sync. */
async function readyForSync(
  t: Test,
  { contacts = 400, settings = inSmallBatches }: { contacts?: number; settings?: object } = {},
): Promise<Database> {
  const db = await freshDatabase(t, 'postgres', settings)
  await finish(seed(db, { contacts }))
  await finish(migrate(db, { to: tablesAreThere }))
  return db
}

/** What these tables have, numbers without their random letters. */
async function written(db: Database, tables = [...targets, ...remarks]): Promise<string[]> {
  const lines: string[] = []
  for (const table of tables) {
    const rows = await db.rows<{ told: string }>(
      sql`SELECT CAST(to_jsonb(w) AS text) AS told FROM ${identifier(table)} AS w`,
    )
    const told = rows.map(row => row.told.replaceAll(/((?:CON|ACC)-\d+)-[A-Z]{6}/g, '$1'))
    lines.push(...told.map(line => line.replace(/"rejected_on": "[^"]*"/, '')).sort())
  }
  return lines
}

/** The tables of its own that a run has not dropped yet. */
async function workTables(db: Database): Promise<string[]> {
  const found = await db.rows<{ relname: string }>(
    sql`SELECT relname FROM pg_class WHERE relpersistence = 'u' AND relkind = 'r' AND relnamespace = to_regnamespace(quote_ident(${db.config.schema})) ORDER BY relname`,
  )
  return found.map(({ relname }) => relname)
}

/** Which lists there are while a step is under way, with the first and the last of their keys. */
async function listsIn(db: Database, step: string, workers: number): Promise<[string, string][]> {
  const observer = await connect(db.config, { mode: 'read' })
  const work = migrate(db, { workers })
  try {
    for (let next = await work.next(); !next.done; next = await work.next()) {
      if (next.value.type !== 'progress' || next.value.step !== step) continue
      const lists = (await workTables(observer)).filter(name => name.startsWith('p2c_sync_work'))
      const ends = lists.map(name =>
        observer.row<{ first: string; last: string }>(
          sql`SELECT min(key) AS first, max(key) AS last FROM ${identifier(name)}`,
        ),
      )
      return (await Promise.all(ends)).map(row => [row?.first ?? '', row?.last ?? ''])
    }
    throw new Error(`${step} told nothing`)
  } finally {
    await finish(work)
    await observer.close()
  }
}

/** Runs the upgrade in a process that is killed while the contacts are on their way into CDS. */
async function killedIn(t: Test, db: Database, workers: number): Promise<void> {
  const place = ['--database', db.config.database, '--schema', db.config.schema]
  const slowly = ['--batch-rows', '20', '--pause-ms', '1000', '--json']
  const options = [...place, ...slowly, '--workers', String(workers)]
  const running = start(['migrate', ...options], freshFolder(t))
  await running.printed(/"progress","step":"contacts: source-cds"/)
  running.child.kill('SIGKILL')
  await running.outcome
}

/** Migrates until a step of the sync has told so many batches, and stops there. */
async function stopIn(db: Database, step: string, batches: number, workers: number): Promise<void> {
  const work = migrate(db, { workers })
  let told = 0
  for (let next = await work.next(); !next.done; next = await work.next())
    if (next.value.type === 'progress' && next.value.step === step && ++told >= batches) break
  if (told < batches) throw new Error(`${step} told no more than ${told} batches`)
  await work.return(undefined as never)
}

/** What the executions did, without their times. */
async function history(db: Database): Promise<unknown[]> {
  return (await syncHistory(db)).map(({ template, status, legs }) => ({ template, status, legs }))
}

let reference: Promise<{ lines: string[]; executions: unknown[] }> | undefined

/** What one connection makes of the same contacts; done once. */
function ofOne(t: Test): NonNullable<typeof reference> {
  reference ??= readyForSync(t).then(async db => {
    await finish(migrate(db, { workers: 1 }))
    return { lines: await written(db), executions: await history(db) }
  })
  return reference
}

async function proveSame(t: Test, db: Database): Promise<void> {
  const one = await ofOne(t)
  t.same(await written(db), one.lines)
  t.same(await history(db), one.executions, 'and each record counts once')
  t.same(await db.rows(sql`SELECT * FROM p2c_sync_part`), [], 'no part is left')
  t.same((await verify(db)).violations, [])
}

t.test('a sync on several connections ends as one on one does', async t => {
  const db = await readyForSync(t)
  const observer = await connect(db.config, { mode: 'read' })
  t.teardown(() => observer.close())
  const lead = await db.row<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`)
  const others = new Set<number>()
  const seen = new Map<string, number[]>()
  const work = migrate(db, { workers: 3 })
  for (let next = await work.next(); !next.done; next = await work.next()) {
    if (next.value.type !== 'progress') continue
    const { step, done } = next.value
    seen.set(step, [...(seen.get(step) ?? []), done])
    const held = await observer.rows<{ pid: number }>(
      sql`SELECT pid FROM pg_locks WHERE relation = to_regclass('p2c_sync_part') AND pid <> pg_backend_pid()`,
    )
    for (const { pid } of held) if (pid !== lead?.pid) others.add(pid)
  }
  t.ok(others.size > 0, 'others are at work while one has told')
  for (const told of seen.values()) {
    const inOrder = [...told].sort((a, b) => a - b)
    t.same(told, inOrder, 'the progress of all only grows')
  }
  await proveSame(t, db)
})

for (const leg of ['source-cds', 'cds-destination'])
  t.test(`stopped in ${leg}, it goes on with any number of connections`, async t => {
    for (const [before, behind] of [
      [3, 1],
      [1, 4],
      [4, 2],
    ] as const) {
      const db = await readyForSync(t)
      await stopIn(db, `contacts-to-customer: ${leg}`, 3, before)
      await finish(migrate(db, { workers: behind }))
      await proveSame(t, db)
    }
  })

t.test('while it rests, all tell of each part what it reached, and no more', async t => {
  const db = await readyForSync(t)
  await stopIn(db, 'contacts-to-customer: cds-destination', 4, 3)
  const parts = await db.rows<{ after_key: string; leg_cursor: string }>(
    sql`SELECT after_key, leg_cursor FROM p2c_sync_part`,
  )
  const begun = parts.filter(part => part.leg_cursor > part.after_key)
  t.ok(begun.length > 1, 'several parts are under way')
  const found = await db.rows<{ number: string }>(
    sql`SELECT key AS number FROM p2c_sync_outcome WHERE template = 'contacts-to-customer' AND leg = 'cds-destination' ORDER BY key`,
  )
  const delivered = await db.rows<{ number: string }>(
    sql`SELECT t."CustomerAccount" AS number FROM finops_customersv2 AS t JOIN p2c_sync_record AS r ON r.key = t."CustomerAccount" AND r.task = 'ContactToCustomer' ORDER BY t."CustomerAccount" COLLATE "C"`,
  )
  t.ok(delivered.length > 0)
  t.same(found, delivered)
  const [now] = (await syncHistory(db)).filter(({ state }) => state === 'running')
  t.equal(now?.legs[1]?.inserted, delivered.length)
  await finish(migrate(db))
  await proveSame(t, db)
})

t.test('records that are refused count together, whoever met them', async t => {
  const db = await freshDatabase(t, 'postgres', { batch: { rows: 20 } })
  await finish(seed(db, { contacts: 1_000 }))
  await finish(migrate(db, { to: tablesAreThere }))
  await poisonTarget(db, contactLegs[0], 2)
  await t.rejects(finish(migrate(db, { workers: 4 })), { code: 'TOO_MANY_REJECTS' })
  t.same(await db.rows(sql`SELECT * FROM p2c_sync_part`), [], 'what was begun is given up')
  const superseded = (await syncHistory(db)).find(
    ({ template, state }) => template === 'contacts' && state === 'superseded',
  )
  const met = superseded?.legs[0]?.rejected ?? 0
  // Of some 170. Others finish what they have in hand.
  t.ok(met > 100 && met <= 120, `stops soon, with ${met}`)
})

t.test('each connection lists a part of its own of what Sales has', async t => {
  const db = await readyForSync(t)
  const lists = await listsIn(db, 'contacts: source-cds', 3)
  t.equal(lists.length, 3)
  for (const [i, [first, last]] of lists.entries()) {
    t.ok(first <= last)
    t.ok(i === 0 || (lists[i - 1]?.[1] ?? '') < first, 'behind the part before it')
  }
  await proveSame(t, db)
})

t.test('what is short, or empty, is listed by one', async t => {
  const short = await readyForSync(t, { settings: {} })
  t.equal((await listsIn(short, 'contacts: source-cds', 3)).length, 1)
  const empty = await readyForSync(t, { contacts: 0 })
  await finish(migrate(empty, { workers: 3 }))
  t.same((await verify(empty)).violations, [])
})

t.test('rows that share a number are in one part', async t => {
  const found: unknown[] = []
  for (const workers of [1, 3]) {
    const db = await readyForSync(t)
    await finish(migrate(db, { workers }))
    await db.script('DROP INDEX p2c_contact_number_key')
    await db.change(
      sql`UPDATE contact SET msdynce_contactnumber = 'CON-01200-AAAAAA' WHERE substr(msdynce_contactnumber, 5, 5) BETWEEN '01100' AND '01300'`,
    )
    await finish(sync(db, { mode: 'full', workers }))
    const rejected = await db.rows(sql`SELECT 1 FROM p2c_sync_reject WHERE code = 'KEY_TAKEN'`)
    t.ok(rejected.length > 20, `${rejected.length} rows share one`)
    found.push([await written(db), await history(db)])
  }
  t.same(found[1], found[0], 'and become the same on several connections')
})

t.test('a run that was killed goes on with another number of connections', async t => {
  for (const [before, behind] of [
    [3, 1],
    [2, 3],
  ] as const) {
    const db = await readyForSync(t)
    await killedIn(t, db, before)
    await finish(migrate(db, { workers: behind }))
    await proveSame(t, db)
    t.same(await workTables(db), [], 'and drops what was left')
  }
})

t.test('a run that was killed leaves no table of its own behind a rollback', async t => {
  const db = await readyForSync(t)
  await killedIn(t, db, 3)
  const left = (await workTables(db)).filter(name => name.startsWith('p2c_sync_work'))
  t.equal(left.length, 3, 'killed, it could not drop them')
  await finish(rollback(db, { to: 'start' }))
  t.same(await workTables(db), [])
})

t.test('on several connections too, a sync that has nothing to do writes nothing', async t => {
  const db = await readyForSync(t)
  await finish(migrate(db, { workers: 3 }))
  const kept = [...targets, 'p2c_sync_record']
  const before = await written(db, kept)
  const result = await finish(sync(db, { mode: 'full', workers: 3 }))
  for (const { legs } of result.templates)
    for (const { inserted, updated } of legs)
      t.same({ inserted, updated }, { inserted: 0, updated: 0 })
  t.same(await written(db, kept), before)
})
