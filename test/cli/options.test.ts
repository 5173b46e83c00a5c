import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { sql } from '../../src/domain/sql.ts'
import { p2c, type Outcome } from '../support/command.ts'
import { opened } from '../support/copies.ts'
import { engines, freshFolder } from '../support/database.ts'
import { contentOf, upgradesOf } from '../support/upgrades.ts'

// Each command is a process of its own, started from source.
t.setTimeout(300_000)

interface Event {
  readonly type: string
  readonly step?: string
  readonly done?: number
  readonly slowed?: string | null
}

function linesOf({ stdout }: Outcome): Event[] {
  return stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Event)
}

const bad: readonly (readonly [readonly string[], RegExp])[] = [
  [['migrate', '--batch-rows', '0'], /whole number from 1/],
  [['migrate', '--batch-rows', '2000000'], /CONFIG_INVALID.*batch\.rows/],
  [['migrate', '--pause-ms', '-5'], /number of milliseconds/],
  [['migrate', '--until', 'tonight'], /23:30/],
  [['migrate', '--accept', 'everything'], /code of a finding/],
  [['migrate', '--to', 'nowhere'], /MIGRATION_UNKNOWN/],
  [['rollback', '--yes', '--to', 'nowhere'], /MIGRATION_UNKNOWN/],
  [['sync', '--template', 'leads'], /Allowed choices/],
  [['sync', '--full', '--retry'], /cannot be used with/],
  [['seed', '--contacts', 'many'], /whole number from 1/],
  [['seed', '--active', '1.5'], /share from 0 to 1/],
  [['seed', '--odd', 'weather'], /oddity/],
  [['status', '--config', 'none.json'], /CONFIG_UNREADABLE/],
  [['status', '--schema', ''], /CONFIG_INVALID.*schema/],
  [['audit'], /export/],
  [[], /Usage: p2c[^]*migrate[^]*status/],
]

for (const engine of engines) {
  t.test(`${engine}: --plan goes on only if the plan is the one that was shown`, async t => {
    const upgrades = await upgradesOf(t, engine, 30)
    const { folder, database, place } = await upgrades.copy(t)
    const shown = await p2c(['migrate', '--dry-run', '--json', ...place], folder)
    t.equal(shown.status, 0)
    const { plan } = JSON.parse(shown.stdout) as { plan: { hash: string } }
    const id = sql`CAST(contactid AS text)`
    await opened({ database }, db =>
      db.change(sql`DELETE FROM contact WHERE ${id} = (SELECT min(${id}) FROM contact)`),
    )
    const before = await contentOf(database)
    const refused = await p2c(['migrate', '--plan', plan.hash, ...place], folder)
    t.equal(refused.status, 4)
    t.match(refused.stderr, /PLAN_CHANGED: .* Nothing was changed/)
    t.equal(await contentOf(database), before)
    const again = await p2c(['migrate', '--dry-run', '--json', ...place], folder)
    const { hash } = (JSON.parse(again.stdout) as { plan: { hash: string } }).plan
    const done = await p2c(['migrate', '--quiet', '--plan', hash, ...place], folder)
    t.ok([0, 3].includes(done.status ?? -1))
  })

  t.test(
    `${engine}: --batch-rows fixes a batch, --pause-ms rests after it and says so`,
    async t => {
      const upgrades = await upgradesOf(t, engine, 30)
      const { folder, place } = await upgrades.copy(t)
      const started = performance.now()
      const outcome = await p2c(
        // By one worker: what two have done at the same time is told twice as one sum.
        [
          'migrate',
          '--json',
          '--batch-rows',
          '10',
          '--pause-ms',
          '200',
          '--workers',
          '1',
          ...place,
        ],
        folder,
      )
      const events = linesOf(outcome)
      t.ok(events.every(event => typeof event.type === 'string'))
      t.equal(events.at(-1)?.type, 'result')
      const batches = events.filter(event => event.type === 'progress')
      t.ok(performance.now() - started > batches.length * 200, 'it rested')
      t.ok(batches.every(({ slowed }) => slowed === 'rests 200 ms after each batch'))
      const contacts = batches.filter(({ step }) => step?.endsWith('_contacts'))
      t.same(
        contacts.map(({ done }) => done),
        [10, 20, 30],
      )
    },
  )

  t.test(
    `${engine}: a bad value is a clear message and exit 2, before anything is touched`,
    async t => {
      const upgrades = await upgradesOf(t, engine, 20)
      const rest = [...bad]
      // Each on a copy of its own: two commands at once would find it locked.
      const worker = async () => {
        const { folder, database, place } = await upgrades.copy(t)
        const before = await contentOf(database)
        for (let next = rest.shift(); next; next = rest.shift()) {
          const [args, words] = next
          const outcome = await p2c(args.length > 1 ? [...place, ...args] : args, folder)
          const name = ['p2c', ...args].join(' ')
          t.equal(outcome.status, 2, name)
          t.match(outcome.stderr, words, name)
          t.notMatch(outcome.stderr, /\n\s+at /, `${name}: no stack`)
          t.equal(outcome.stdout, '', `${name}: stdout is for results`)
        }
        t.equal(await contentOf(database), before)
      }
      await Promise.all([worker(), worker()])
    },
  )
}

t.test('help goes to stdout, and takes no database', async t => {
  const folder = freshFolder(t)
  for (const args of [['--help'], ['migrate', '--help']]) {
    const outcome = await p2c(args, folder)
    t.equal(outcome.status, 0)
    t.match(outcome.stdout, /^Usage: p2c/)
    t.equal(outcome.stderr, '')
  }
  t.notOk(existsSync(join(folder, 'data')))
})
