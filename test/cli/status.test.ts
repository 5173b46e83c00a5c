import { hostname, userInfo } from 'node:os'
import t from 'tap'
import type { Status } from '../../src/migration/status.ts'
import { p2c, start } from '../support/command.ts'
import { opened } from '../support/copies.ts'
import { engines } from '../support/database.ts'
import { upgradesOf, type Upgrade } from '../support/upgrades.ts'

// Each command is a process of its own, started from source.
t.setTimeout(300_000)

async function statusOf({ folder, place }: Upgrade): Promise<Status> {
  const { stdout } = await p2c(['status', '--json', ...place], folder)
  return JSON.parse(stdout) as Status
}

function stateOfContacts({ migrations }: Status): string | undefined {
  return migrations.find(one => one.name.endsWith('number_and_flag_the_contacts'))?.state
}

for (const engine of engines)
  t.test(
    `${engine}: status tells where a run stands, and of a killed one that it goes on`,
    async t => {
      const upgrade = await (await upgradesOf(t, engine, 60)).copy(t)
      const { folder, database, place } = upgrade
      const running = start(
        [
          'migrate',
          '--json',
          '--workers',
          '1',
          '--batch-rows',
          '20',
          '--pause-ms',
          '300',
          ...place,
        ],
        folder,
      )
      await running.printed(/"step":"[^"]*_contacts","done":40/)
      // It stands still, and is watched at leisure.
      running.child.kill('SIGSTOP')
      const atWork = await statusOf(upgrade)
      const text = await p2c(['status', ...place], folder)
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

      const killed = await statusOf(upgrade)
      t.match(killed, { locked: false, current: { outcome: 'interrupted', secondsLeft: null } })
      t.equal(stateOfContacts(killed), 'interrupted')
      const told = await p2c(['status', ...place], folder)
      t.equal(told.status, 3)
      t.match(told.stdout, /p2c migrate was interrupted: run it again to go on/)

      await opened({ database }, async db => {
        const release = await db.dialect.tryLock(db)
        const begun = await p2c(['status', ...place], folder)
        await release?.()
        t.match(begun.stdout, /A run has just begun/, 'who holds the lock is not the killed run')
      })

      const resumed = await p2c(['migrate', '--quiet', ...place], folder)
      t.ok([0, 3].includes(resumed.status ?? -1))
      const done = await p2c(['status', ...place], folder)
      t.equal(done.status, 0, 'everything is applied')
      t.notMatch(done.stdout, /run it again/)
      t.match((await statusOf(upgrade)).current, null)
    },
  )
