import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { commandLine, start, startProcess } from '../support/command.ts'
import { stateOf } from '../support/state.ts'
import { upgradesOf } from '../support/upgrades.ts'

// Each command is a process of its own, started from source.
t.setTimeout(300_000)

const database = "--database 'sqlite:sales.sqlite'"
const upgrades = await upgradesOf(t, 30)

function shell(script: string, cwd: string) {
  return startProcess('sh', ['-c', script], { cwd }).outcome
}

t.test('a reader that goes away ends no upgrade, and sees no stack', async t => {
  const folder = upgrades.folder(t)
  const { child, outcome } = start(
    ['migrate', '--json', '--batch-rows', '5', '--database', 'sqlite:sales.sqlite'],
    folder,
  )
  child.stdout?.destroy()
  child.stderr?.destroy()
  const { status, signal } = await outcome
  t.equal(signal, null)
  t.ok([0, 3].includes(status ?? -1), `status ${String(status)}`)
  t.same(stateOf(join(folder, 'sales.sqlite')), upgrades.undisturbed)
})

t.test('in a pipeline a command prints its result and nothing else', async t => {
  const folder = upgrades.folder(t)
  const head = await shell(`${commandLine} status ${database} | head -1`, folder)
  t.match(head.stdout, /^sqlite:.*sales\.sqlite\n$/)
  t.equal(head.stderr, '')
  const cat = await shell(`${commandLine} migrate ${database} | cat`, folder)
  t.match(cat.stdout, /migrations applied/)
  t.notMatch(cat.stdout + cat.stderr, /\u001B|\r/, 'no colour and no bar where no terminal is')
})

t.test(
  'a result that could not be written is a failure',
  { skip: existsSync('/dev/full') ? false : 'no /dev/full here' },
  async t => {
    const outcome = await shell(`${commandLine} status ${database} >/dev/full`, upgrades.folder(t))
    t.equal(outcome.status, 1)
    t.match(outcome.stderr, /OUTPUT_FAILED: .*ENOSPC/)
  },
)
