import { spawnSync } from 'node:child_process'
import t from 'tap'
import { widthOf } from '../../src/cli/text-width.ts'
import { commandLine, startProcess } from '../support/command.ts'
import type { Teardown } from '../support/database.ts'
import { upgradesOf } from '../support/upgrades.ts'

// Each command is a process of its own, started from source, on a terminal that `script` makes.
t.setTimeout(300_000)

const skip =
  spawnSync('script', ['--version']).status === 0 ? false : 'no util-linux script(1) here'
const upgrades = skip ? undefined : await upgradesOf(t, 60)

/** What a terminal of so many columns is sent. */
async function shown(t: Teardown, columns: number, command: string): Promise<string> {
  const line = `stty cols ${columns} rows 30; ${command}`
  const args = ['--quiet', '--return', '--command', line, '/dev/null']
  const { stdout } = await startProcess('script', args, { cwd: upgrades?.folder(t) ?? '' }).outcome
  return stdout
}

const migrate = `${commandLine} migrate --yes --batch-rows 5 --pause-ms 60 --database sqlite:sales.sqlite`
const colour = /\u001B\[\d+m/
const colours = /\u001B\[\d+m/g
const anyBar = /[█░]{8}/

/** The lines that were drawn over and over. */
function drawings(text: string): string[] {
  return text.split(/[\r\n]+|\u001B\[J/).filter(line => /\d+\/\d+/.test(line))
}

t.test('a terminal of 40 columns gets a bar that fits, in colour', { skip }, async t => {
  const text = await shown(t, 40, migrate)
  t.match(text, colour)
  t.ok(drawings(text).length > 5, 'it is drawn again and again')
  for (const line of drawings(text)) t.ok(widthOf(line) < 40, line)
  t.match(text.replaceAll(colours, ''), /\d+% {2}\d+\/60/)
  t.match(text, /Slowed: rests 60 ms after each batch/)
})

t.test('progress is on the terminal, and the result in the pipe', { skip }, async t => {
  const text = await shown(t, 200, `${migrate} | sed 's/^/piped: /'`)
  t.match(text, anyBar)
  t.match(
    text,
    /20261101T0940_number_and_flag_the_contacts .*\d+\/60.*rows\/s.*left.*slowed: rests/,
  )
  const piped = text.split(/\r?\n/).filter(line => line.includes('piped: '))
  t.ok(piped.some(line => line.includes('migrations applied')))
  for (const line of piped) t.notMatch(line.replace(/^.*piped: /, ''), colour)
})

t.test('without colours and without Unicode there is a bar all the same', { skip }, async t => {
  const text = await shown(t, 100, `LC_ALL=C ${migrate} --no-color`)
  t.notMatch(text, colour)
  t.match(text, /#+\.* {2}2026/)
  t.notMatch(text, anyBar)
  for (const line of drawings(text)) t.ok(widthOf(line) < 100, line)
})

t.test('NO_COLOR is obeyed, and --quiet shows the result only', { skip }, async t => {
  const status = `${commandLine} status --database sqlite:sales.sqlite`
  const text = await shown(t, 80, `${status}; NO_COLOR=1 ${status}; NO_COLOR=1 ${migrate} --quiet`)
  const [first = '', second = ''] = text.split(/^sqlite:|\u001B\[2msqlite:/m).slice(1)
  t.match(first, colour)
  t.notMatch(second, colour)
  t.notMatch(second, anyBar)
  t.match(second, /migrations applied/)
  t.notMatch(second, /Slowed/)
})
