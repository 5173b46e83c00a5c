import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import Driver from 'better-sqlite3'
import pg from 'pg'
import t, { type Test } from 'tap'
import { p2c, start, startProcess, type Outcome, type Running } from '../support/command.ts'
import { opened } from '../support/copies.ts'
import { engines, type Engine } from '../support/database.ts'
import { dropOtherTrigger, otherTrigger } from '../support/other-trigger.ts'
import type { State } from '../support/state.ts'
import { contentOf, stateIn, upgradesOf, type Upgrade } from '../support/upgrades.ts'

// Each command is a process of its own, started from source.
t.setTimeout(300_000)

/** Small batches with a rest that nobody wants to wait out. */
const restful = ['migrate', '--json', '--batch-rows', '7', '--pause-ms', '60000']
const firstBatch = /"type":"progress"/

/** Two seconds are promised; a machine that is busy elsewhere gets another. */
const promptMillis = 3_000

/** Ends a run by what `act` does, and tells how, and how long it took to end. */
async function endedBy(running: Running, act: () => void): Promise<Outcome & { millis: number }> {
  const started = performance.now()
  act()
  const outcome = await running.outcome
  return { ...outcome, millis: performance.now() - started }
}

function lastLine({ stdout }: Outcome): unknown {
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
}

/** Runs it again, and compares with a run that nobody disturbed. */
async function goesOn(
  t: Test,
  { folder, database, place }: Upgrade,
  undisturbed: State,
): Promise<void> {
  const { status } = await p2c(['migrate', '--quiet', ...place], folder)
  t.ok([0, 3].includes(status ?? -1), `run again: status ${String(status)}`)
  t.same(await stateIn(database), undisturbed, 'as if undisturbed')
}

/** Whether a statement under way ends with its process; else that gives it up, and ends by itself. */
const endsWithProcess = { sqlite: true, postgres: false } as const satisfies Record<Engine, boolean>

/** Every account that is written costs about a second: a statement that takes its time. */
const slow: Readonly<Record<Engine, string>> = {
  sqlite: `SELECT count(*) FROM contact a, contact b, contact c, (SELECT 1 FROM contact LIMIT 20) d`,
  postgres: `PERFORM pg_sleep(1)`,
}

async function inLongStatement(
  engine: Engine,
  { folder, database, place }: Upgrade,
): Promise<Running> {
  await opened({ database }, db =>
    db.script(otherTrigger(engine, 'slow', 'AFTER UPDATE ON account', { does: slow[engine] })),
  )
  const running = start(['migrate', '--json', '--accept', 'TRIGGER_FIRES', ...place], folder)
  await running.printed(/"state":"started","step":"[^"]*number_the_accounts"/)
  await wait(500)
  return running
}

/** Another program that lets nobody else in; gives back what makes it let go. */
async function withholds(database: string): Promise<() => Promise<void>> {
  if (database.startsWith('sqlite:')) {
    const other = new Driver(database.slice('sqlite:'.length))
    other.exec('BEGIN EXCLUSIVE')
    return () => {
      other.exec('ROLLBACK')
      other.close()
      return Promise.resolve()
    }
  }
  const other = new pg.Client({ connectionString: database })
  await other.connect()
  await other.query('BEGIN; LOCK TABLE contact IN ACCESS EXCLUSIVE MODE')
  return () => other.end()
}

for (const engine of engines) {
  const upgrades = await upgradesOf(t, engine, 120)

  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    t.test(
      `${engine}: ${signal} ends a run that rests at once, with ${status}, and the next goes on`,
      async t => {
        const upgrade = await upgrades.copy(t)
        const { folder, place } = upgrade
        const running = start([...restful, ...place], folder)
        await running.printed(firstBatch)
        const ended = await endedBy(running, () => running.child.kill(signal))
        t.equal(ended.status, status)
        t.ok(ended.millis < promptMillis, `${ended.millis} ms`)
        t.match(ended.stderr, /Stopped at a batch border\. Run the same command again/)
        t.match(lastLine(ended), { type: 'result', outcome: 'stopped' })
        const told = await p2c(['status', '--json', ...place], folder)
        t.equal(told.status, 3)
        t.match(lastLine(told), { current: { outcome: 'stopped' }, locked: false })
        await goesOn(t, upgrade, upgrades.undisturbed)
      },
    )
  }

  t.test(`${engine}: one Ctrl-C that arrives twice is one`, async t => {
    const { folder, place } = await upgrades.copy(t)
    const running = start([...restful, ...place], folder)
    await running.printed(firstBatch)
    const ended = await endedBy(running, () => {
      running.child.kill('SIGINT')
      running.child.kill('SIGINT')
      setTimeout(() => running.child.kill('SIGINT'), 30)
    })
    t.equal(ended.status, 130)
    t.match(lastLine(ended), { outcome: 'stopped' })
  })

  t.test(`${engine}: a signal ends a run in a long statement within two seconds`, async t => {
    const upgrade = await upgrades.copy(t)
    const { folder, database, place } = upgrade
    const running = await inLongStatement(engine, upgrade)
    const ended = await endedBy(running, () => running.child.kill('SIGINT'))
    if (endsWithProcess[engine]) t.equal(ended.signal, 'SIGINT', 'a shell shows 130')
    else t.equal(ended.status, 130)
    t.ok(ended.millis < promptMillis, `${ended.millis} ms`)
    t.match(ended.stderr, /the database takes it back|what was not committed is taken back/)
    const told = await p2c(['status', '--json', ...place], folder)
    t.match(lastLine(told), { current: { outcome: 'interrupted' }, locked: false })
    const asked = performance.now()
    await opened({ database }, db => db.script(dropOtherTrigger(engine, 'slow', 'account')))
    const waited = performance.now() - asked
    t.ok(waited < promptMillis, `nothing is held any more; waited ${waited} ms`)
    await goesOn(t, upgrade, upgrades.undisturbed)
  })

  t.test(`${engine}: a second signal ends a run in a long statement at once`, async t => {
    const running = await inLongStatement(engine, await upgrades.copy(t))
    running.child.kill('SIGINT')
    await running.printed(/once more to stop at once/)
    const ended = await endedBy(running, () => running.child.kill('SIGTERM'))
    t.equal(ended.signal, 'SIGTERM')
    t.ok(ended.millis < 1_000, `${ended.millis} ms`)
  })

  t.test(`${engine}: a signal before the first write changes nothing`, async t => {
    const { folder, database, place } = await upgrades.copy(t)
    const before = await contentOf(database)
    const letGo = await withholds(database)
    const running = start(['migrate', ...place], folder)
    // Long enough to have begun, and less than the run waits for the other program.
    await wait(2_500)
    const ended = await endedBy(running, () => running.child.kill('SIGTERM'))
    await letGo()
    t.ok(ended.status === 143 || ended.signal === 'SIGTERM')
    t.ok(ended.millis < promptMillis, `${ended.millis} ms`)
    t.equal(await contentOf(database), before)
  })

  t.test(`${engine}: whenever a signal comes, the next run goes on`, async t => {
    const upgrade = await upgrades.copy(t)
    const { folder, place } = upgrade
    for (const delay of [300, 700, 900, 1_200]) {
      const running = start(['migrate', '--quiet', '--batch-rows', '5', ...place], folder)
      await wait(delay)
      const ended = await endedBy(running, () => running.child.kill('SIGTERM'))
      t.ok(
        ended.signal === 'SIGTERM' || [143, 0, 3].includes(ended.status ?? -1),
        `after ${delay} ms: ${String(ended.status ?? ended.signal)} ${ended.stderr}`,
      )
      t.ok(ended.millis < promptMillis, `${ended.millis} ms`)
    }
    await goesOn(t, upgrade, upgrades.undisturbed)
  })

  t.test(`${engine}: --until ends a run by that time, with 130`, async t => {
    const { folder, place } = await upgrades.copy(t)
    const moment = new Date(Date.now() + 10_000)
    const time = moment.toTimeString().slice(0, 8)
    const ended = await p2c([...restful, '--until', time, ...place], folder)
    const late = Date.now() - Math.floor(moment.getTime() / 1_000) * 1_000
    t.equal(ended.status, 130)
    t.ok(late < promptMillis, `${late} ms late`)
    t.match(ended.stderr, /The time is up/)
    t.match(lastLine(ended), { outcome: 'stopped' })
  })

  t.test(
    `${engine}: under npm, SIGTERM to npm and Ctrl-C end the run at a batch border`,
    async t => {
      const project = fileURLToPath(new URL('../../', import.meta.url))
      const asked: readonly (readonly [NodeJS.Signals, (child: number) => number])[] = [
        ['SIGTERM', pid => pid],
        // A terminal sends it to the whole group.
        ['SIGINT', pid => -pid],
      ]
      for (const [signal, target] of asked) {
        const { database, place } = await upgrades.copy(t)
        const { mode } = await stateIn(database)
        const args = [...restful, ...place]
        const running = startProcess(
          'npm',
          ['run', '--silent', args[0] ?? '', '--', ...args.slice(1)],
          {
            cwd: project,
            detached: true,
          },
        )
        await running.printed(firstBatch)
        const ended = await endedBy(running, () => {
          process.kill(target(running.child.pid ?? 0), signal)
        })
        t.match(lastLine(ended), { outcome: 'stopped' }, `${signal}: the run ended by itself`)
        t.ok(ended.millis < promptMillis, `${ended.millis} ms`)
        t.same((await stateIn(database))['mode'], mode, 'a journal mode is as it was')
      }
    },
  )
}
