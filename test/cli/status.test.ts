import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { Status } from '../../src/migration/status.ts'
import { p2c, start } from '../support/command.ts'
import { upgradesOf, withDatabase } from '../support/upgrades.ts'

// Each command is a process of its own, started from source.
t.setTimeout(300_000)

const database = ['--database', 'sqlite:sales.sqlite']
const upgrades = await upgradesOf(t, 60)

async function statusOf(folder: string): Promise<Status> {
  const { stdout } = await p2c(['status', '--json', ...database], folder)
  return JSON.parse(stdout) as Status
}

function stateOfContacts({ migrations }: Status): string | undefined {
  return migrations.find(one => one.name.endsWith('number_and_flag_the_contacts'))?.state
}

t.test('status tells where a run stands, and of a killed one that it goes on', async t => {
  const folder = upgrades.folder(t)
  const running = start(
    ['migrate', '--json', '--batch-rows', '20', '--pause-ms', '300', ...database],
    folder,
  )
  await running.printed(/"step":"[^"]*_contacts","done":40/)
  // It stands still, and is watched at leisure.
  running.child.kill('SIGSTOP')
  const atWork = await statusOf(folder)
  const text = await p2c(['status', ...database], folder)
  running.child.kill('SIGKILL')
  await running.outcome

  t.equal(text.status, 3)
  t.match(text.stdout, /p2c migrate is running/)
  t.match(
    text.stdout,
    new RegExp(`held by +.* on ${hostname()}, process ${running.child.pid ?? 0}`),
  )
  t.match(text.stdout, /step +\d+T\d+_\w+/)
  t.match(text.stdout, /rows +[█░]+ {2}\d+% {2}\d+\/60/)
  t.match(text.stdout, /last batch +20 rows in \d+ ms, 0:\d\d ago/)
  const { current, locked } = atWork
  t.equal(locked, true)
  t.match(current, {
    command: 'migrate',
    outcome: 'running',
    finishedOn: null,
    actor: userInfo().username,
    host: hostname(),
    pid: running.child.pid,
    step: /_contacts$/,
    total: 60,
    lastBatch: { rows: 20, millis: Number, committedOn: String, secondsAgo: Number },
  })
  t.ok([40, 60].includes(current?.done ?? 0))
  t.equal(current?.percent, Math.floor((100 * (current?.done ?? 0)) / 60))
  const rate = current?.rowsPerSecond ?? 0
  t.ok(rate > 0 && rate < 20 / 0.3, `${rate} rows a second, the rests included`)
  t.equal(current?.secondsLeft, Math.ceil((60 - (current?.done ?? 0)) / rate))
  t.equal(stateOfContacts(atWork), 'running')

  const killed = await statusOf(folder)
  t.match(killed, { locked: false, current: { outcome: 'interrupted', secondsLeft: null } })
  t.equal(stateOfContacts(killed), 'interrupted')
  const told = await p2c(['status', ...database], folder)
  t.equal(told.status, 3)
  t.match(told.stdout, /p2c migrate was interrupted: run it again to go on/)

  await withDatabase(join(folder, 'sales.sqlite'), async db => {
    const release = await db.dialect.tryLock(db)
    const begun = await p2c(['status', ...database], folder)
    await release?.()
    t.match(begun.stdout, /A run has just begun/, 'who holds the lock is not the killed run')
  })

  const resumed = await p2c(['migrate', '--quiet', ...database], folder)
  t.ok([0, 3].includes(resumed.status ?? -1))
  const done = await p2c(['status', ...database], folder)
  t.equal(done.status, 0, 'everything is applied')
  t.notMatch(done.stdout, /run it again/)
  t.match((await statusOf(folder)).current, null)
})
