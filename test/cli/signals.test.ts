import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import Driver from 'better-sqlite3'
import t, { type Test } from 'tap'
import { p2c, start, startProcess, type Outcome, type Running } from '../support/command.ts'
import { stateOf } from '../support/state.ts'
import { upgradesOf } from '../support/upgrades.ts'

// Each command is a process of its own, started from source.
t.setTimeout(300_000)

const database = ['--database', 'sqlite:sales.sqlite']

/** Small batches with a rest that nobody wants to wait out. */
const restful = ['migrate', '--json', '--batch-rows', '7', '--pause-ms', '60000']
const firstBatch = /"type":"progress"/

/** Two seconds are promised; a machine that is busy elsewhere gets another. */
const promptMillis = 3_000

const upgrades = await upgradesOf(t, 120)

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
async function goesOn(t: Test, folder: string): Promise<void> {
  const { status } = await p2c(['migrate', '--quiet', ...database], folder)
  t.ok([0, 3].includes(status ?? -1), `run again: status ${String(status)}`)
  t.same(stateOf(join(folder, 'sales.sqlite')), upgrades.undisturbed, 'as if undisturbed')
}

for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  t.test(
    `${signal} ends a run that rests at once, with ${status}, and the next goes on`,
    async t => {
      const folder = upgrades.folder(t)
      const running = start([...restful, ...database], folder)
      await running.printed(firstBatch)
      const ended = await endedBy(running, () => running.child.kill(signal))
      t.equal(ended.status, status)
      t.ok(ended.millis < promptMillis, `${ended.millis} ms`)
      t.match(ended.stderr, /Stopped at a batch border\. Run the same command again/)
      t.match(lastLine(ended), { type: 'result', outcome: 'stopped' })
      const told = await p2c(['status', '--json', ...database], folder)
      t.equal(told.status, 3)
      t.match(lastLine(told), { current: { outcome: 'stopped' }, locked: false })
      await goesOn(t, folder)
    },
  )
}

t.test('one Ctrl-C that arrives twice is one', async t => {
  const folder = upgrades.folder(t)
  const running = start([...restful, ...database], folder)
  await running.printed(firstBatch)
  const ended = await endedBy(running, () => {
    running.child.kill('SIGINT')
    running.child.kill('SIGINT')
    setTimeout(() => running.child.kill('SIGINT'), 30)
  })
  t.equal(ended.status, 130)
  t.match(lastLine(ended), { outcome: 'stopped' })
})

/** Every account that is written costs about a second: a statement that takes its time. */
const slowTrigger = `CREATE TRIGGER slow AFTER UPDATE ON account BEGIN
  SELECT count(*) FROM contact a, contact b, contact c, (SELECT 1 FROM contact LIMIT 20) d;
END`

function withSlowTrigger(folder: string, isThere: boolean): void {
  const db = new Driver(join(folder, 'sales.sqlite'))
  db.exec(isThere ? slowTrigger : 'DROP TRIGGER slow')
  db.close()
}

async function inLongStatement(folder: string): Promise<Running> {
  withSlowTrigger(folder, true)
  const running = start(['migrate', '--json', '--accept', 'TRIGGER_FIRES', ...database], folder)
  await running.printed(/"state":"started","step":"[^"]*number_the_accounts"/)
  await wait(500)
  return running
}

t.test('a signal ends a run in a long statement within two seconds', async t => {
  const folder = upgrades.folder(t)
  const running = await inLongStatement(folder)
  const ended = await endedBy(running, () => running.child.kill('SIGINT'))
  t.equal(ended.signal, 'SIGINT', 'a shell shows 130')
  t.ok(ended.millis < promptMillis, `${ended.millis} ms`)
  t.match(ended.stderr, /the database takes it back/)
  const told = await p2c(['status', '--json', ...database], folder)
  t.match(lastLine(told), { current: { outcome: 'interrupted' }, locked: false })
  withSlowTrigger(folder, false)
  await goesOn(t, folder)
})

t.test('a second signal ends a run in a long statement at once', async t => {
  const folder = upgrades.folder(t)
  const running = await inLongStatement(folder)
  running.child.kill('SIGINT')
  await running.printed(/once more to stop at once/)
  const ended = await endedBy(running, () => running.child.kill('SIGTERM'))
  t.equal(ended.signal, 'SIGTERM')
  t.ok(ended.millis < 1_000, `${ended.millis} ms`)
})

t.test('a signal before the first write changes nothing', async t => {
  const folder = upgrades.folder(t)
  const file = join(folder, 'sales.sqlite')
  const bytes = () => createHash('sha256').update(readFileSync(file)).digest('hex')
  const before = bytes()
  const other = new Driver(file)
  other.exec('BEGIN EXCLUSIVE')
  const running = start(['migrate', ...database], folder)
  // Long enough to have begun, and less than the run waits for the other program.
  await wait(2_500)
  const ended = await endedBy(running, () => running.child.kill('SIGTERM'))
  other.exec('ROLLBACK')
  other.close()
  t.ok(ended.status === 143 || ended.signal === 'SIGTERM')
  t.ok(ended.millis < promptMillis, `${ended.millis} ms`)
  t.equal(bytes(), before)
})

t.test('whenever a signal comes, the next run goes on', async t => {
  const folder = upgrades.folder(t)
  for (const delay of [300, 700, 900, 1_200]) {
    const running = start(['migrate', '--quiet', '--batch-rows', '5', ...database], folder)
    await wait(delay)
    const ended = await endedBy(running, () => running.child.kill('SIGTERM'))
    t.ok(
      ended.signal === 'SIGTERM' || [143, 0, 3].includes(ended.status ?? -1),
      `after ${delay} ms: ${String(ended.status ?? ended.signal)} ${ended.stderr}`,
    )
    t.ok(ended.millis < promptMillis, `${ended.millis} ms`)
  }
  await goesOn(t, folder)
})

t.test('--until ends a run by that time, with 130', async t => {
  const folder = upgrades.folder(t)
  const moment = new Date(Date.now() + 10_000)
  const time = moment.toTimeString().slice(0, 8)
  const ended = await p2c([...restful, '--until', time, ...database], folder)
  const late = Date.now() - Math.floor(moment.getTime() / 1_000) * 1_000
  t.equal(ended.status, 130)
  t.ok(late < promptMillis, `${late} ms late`)
  t.match(ended.stderr, /The time is up/)
  t.match(lastLine(ended), { outcome: 'stopped' })
})

t.test('under npm, SIGTERM to npm and Ctrl-C end the run at a batch border', async t => {
  const project = fileURLToPath(new URL('../../', import.meta.url))
  const asked: readonly (readonly [NodeJS.Signals, (child: number) => number])[] = [
    ['SIGTERM', pid => pid],
    // A terminal sends it to the whole group.
    ['SIGINT', pid => -pid],
  ]
  for (const [signal, target] of asked) {
    const folder = upgrades.folder(t)
    const file = join(folder, 'sales.sqlite')
    const args = [...restful, '--database', `sqlite:${file}`]
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
    t.equal(stateOf(file)['mode']?.[0], 'delete', 'the journal mode is as it was')
  }
})
