import { existsSync } from 'node:fs'
import t from 'tap'
import { commandLine, shellWords, start, startProcess } from '../support/command.ts'
import { engines } from '../support/database.ts'
import { stateIn, upgradesOf } from '../support/upgrades.ts'

// Each command is a process of its own, started from source.
t.setTimeout(300_000)

function shell(script: string, cwd: string) {
  return startProcess('sh', ['-c', script], { cwd }).outcome
}

for (const engine of engines) {
  const upgrades = await upgradesOf(t, engine, 30)

  t.test(`${engine}: a reader that goes away ends no upgrade, and sees no stack`, async t => {
    const { folder, database, place } = await upgrades.copy(t)
    const { child, outcome } = start(['migrate', '--json', '--batch-rows', '5', ...place], folder)
    child.stdout?.destroy()
    child.stderr?.destroy()
    const { status, signal } = await outcome
    t.equal(signal, null)
    t.ok([0, 3].includes(status ?? -1), `status ${String(status)}`)
    t.same(await stateIn(database), upgrades.undisturbed)
  })

  t.test(`${engine}: in a pipeline a command prints its result and nothing else`, async t => {
    const { folder, database, place } = await upgrades.copy(t)
    const head = await shell(`${commandLine} status ${shellWords(place)} | head -1`, folder)
    t.equal(
      head.stdout,
      `${database.replace(/:[^:@/]*@/, '@')}\n`,
      'the database without a password',
    )
    t.equal(head.stderr, '')
    const cat = await shell(`${commandLine} migrate ${shellWords(place)} | cat`, folder)
    t.match(cat.stdout, /9 migrations applied\./)
    t.notMatch(cat.stdout + cat.stderr, /\u001B|\r/, 'no colour and no bar where no terminal is')
  })

  t.test(
    `${engine}: a result that could not be written is a failure`,
    { skip: existsSync('/dev/full') ? false : 'no /dev/full here' },
    async t => {
      const { folder, place } = await upgrades.copy(t)
      const outcome = await shell(`${commandLine} status ${shellWords(place)} >/dev/full`, folder)
      t.equal(outcome.status, 1)
      t.match(outcome.stderr, /OUTPUT_FAILED: .*ENOSPC/)
    },
  )
}
