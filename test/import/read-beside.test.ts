import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { sql } from '../../src/domain/sql.ts'
import { mostAhead, readBeside } from '../../src/import/read-beside.ts'
import { readRows, type Reading } from '../../src/import/read-rows.ts'
import { engines, freshFolder, type Teardown } from '../support/database.ts'
import { guid, world } from '../support/extract.ts'
import { onceEach, proveOrdeals, spread, sureDeaths } from '../support/kill-matrix.ts'
import { undisturbed, type Scene } from '../support/kill.ts'
import { scenesIn } from '../support/scenes.ts'

// Each of those that are killed is a process of its own.
t.setTimeout(180_000)

const header = 'contactid,lastname,birthdate,donotemail,accountrolecode'

/** Rows of every kind: some that are taken, some that are not. */
function lines(rows: number): string[] {
  const kinds = [
    (n: number) => `${guid(n)},plain,11/1/1980,Yes,Employee`,
    (n: number) => `${guid(n)},"quoted ""and"", parted",1/31/1990,No,2`,
    (n: number) => `${guid(n)},no day,13/40/1980,Yes,`,
    (n: number) => `${guid(n)},"open,1/1/1980,,`,
    (n: number) => `${guid(n)},\0,1/1/1980,,`,
    () => ',no key,,,',
    (n: number) => `${guid(n)},too,few`,
  ]
  return Array.from({ length: rows }, (_, n) => kinds[n % kinds.length]?.(n) ?? '')
}

function readingOf(t: Teardown, text: string): Reading {
  const path = join(freshFolder(t), 'contacts.csv')
  writeFileSync(path, text)
  return {
    path,
    columns: [
      { at: 0, header: 'contactid', type: { kind: 'guid' }, typeCodes: false },
      { at: 1, header: 'lastname', type: { kind: 'text', maxLength: 50 }, typeCodes: false },
    ],
    keyAt: 0,
    dateFormat: undefined,
  }
}

const many = (rows: number) =>
  ['contactid,lastname', ...Array.from({ length: rows }, (_, n) => `${guid(n)},x`)].join('\n')

async function all<T>(chunks: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const chunk of chunks) found.push(chunk)
  return found
}

for (const engine of engines)
  t.test(`${engine}: what a thread reads is what would be read without one`, async t => {
    const outcomes = []
    for (const besideFrom of [0, Infinity]) {
      const { db, file, run, rejected } = await world(t, engine)
      file('contacts.csv', [header, ...lines(2_500)])
      const { result } = await run({ create: true, besideFrom, dateFormat: 'M/d/yyyy' })
      const rows = await db.rows(sql`SELECT * FROM contact ORDER BY contactid`)
      outcomes.push({ files: result.files, rows, rejected: rejected() })
    }
    const [beside, here] = outcomes
    t.same(beside, here)
    t.equal(here?.rows.length, 715)
    t.equal(here?.rejected.length, 1_785)
  })

for (const engine of engines)
  t.test(
    `${engine}: killed before any statement while a thread reads, an import ends as if undisturbed`,
    async t => {
      const scene: Scene = { ...(await scenesIn(t, engine)).import, operation: 'import beside' }
      const { life, state } = await undisturbed(scene)
      const deaths = spread(life, 12)
      const { kills } = await proveOrdeals(t, scene, state, onceEach(scene.operation, deaths))
      t.ok(kills >= sureDeaths(engine, life, deaths), `${kills} kills`)
    },
  )

t.test('portions come in their order, as without a thread', async t => {
  const reading = readingOf(t, many(5_000))
  t.same(
    (await all(readBeside(reading))).map(({ rows }) => rows),
    (await all(readRows(reading))).map(({ rows }) => rows),
  )
})

t.test('a thread reads no further ahead than it is allowed', async t => {
  const reading = readingOf(t, many(20_000))
  let portions = 0
  for await (const { rows } of readBeside(reading)) {
    t.ok(rows.length > 0)
    if (portions++ > 0) continue
    // From here on the file is shorter than it was: what has not been read is not there any more.
    await wait(500)
    writeFileSync(reading.path, '')
  }
  t.ok(portions >= mostAhead, `${portions} portions`)
  t.ok(portions < 40, `${portions} portions`)
})

t.test('what is wrong with a file is told by its thread as without one', async t => {
  const reading = readingOf(t, `contactid,lastname\n${'x'.repeat(5 * 1024 * 1024)}`)
  await t.rejects(all(readBeside(reading)), {
    code: 'CSV_LINE_TOO_LONG',
    exit: 2,
    message: /contacts\.csv/,
  })
})

t.test('who takes no more ends the thread', async t => {
  const threads = () => process.getActiveResourcesInfo().filter(name => name === 'MessagePort')
  const before = threads().length
  for await (const { rows } of readBeside(readingOf(t, many(20_000)))) {
    t.ok(rows.length > 0)
    t.ok(threads().length > before)
    break
  }
  t.equal(threads().length, before)
})
