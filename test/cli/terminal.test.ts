import { spawnSync } from 'node:child_process'
import t from 'tap'
import { widthOf } from '../../src/cli/text-width.ts'
import { commandLine, shellWords, startProcess } from '../support/command.ts'
import { engines, type Teardown } from '../support/database.ts'
import { upgradesOf, type Upgrades } from '../support/upgrades.ts'

// Each command is a process of its own, started from source, on a terminal that `script` makes.
t.setTimeout(300_000)

const skip =
  spawnSync('script', ['--version']).status === 0 ? false : 'no util-linux script(1) here'

/** What a terminal of so many columns is sent by commands on an upgrade of its own. */
async function shown(
  t: Teardown,
  upgrades: Upgrades | undefined,
  columns: number,
  command: (place: string) => string,
): Promise<string> {
  if (upgrades === undefined) throw new Error('there is no terminal here')
  const { folder, place } = await upgrades.copy(t)
  const line = `stty cols ${columns} rows 30; ${command(shellWords(place))}`
  const args = ['--quiet', '--return', '--command', line, '/dev/null']
  const { stdout } = await startProcess('script', args, { cwd: folder }).outcome
  return stdout
}

const migrate = (place: string) =>
  `${commandLine} migrate --yes --batch-rows 5 --pause-ms 60 ${place}`
const colour = /\u001B\[\d+m/
const colours = /\u001B\[\d+m/g
const anyBar = /[█░]{8}/

/** The lines that were drawn over and over. */
function drawings(text: string): string[] {
  return text.split(/[\r\n]+|\u001B\[J/).filter(line => /\d+\/\d+/.test(line))
}

for (const engine of engines) {
  const upgrades = skip ? undefined : await upgradesOf(t, engine, 60)

  t.test(
    `${engine}: a terminal of 40 columns gets a bar that fits, in colour`,
    { skip },
    async t => {
      const text = await shown(t, upgrades, 40, migrate)
      t.match(text, colour)
      t.ok(drawings(text).length > 5, 'it is drawn again and again')
      for (const line of drawings(text)) t.ok(widthOf(line) < 40, line)
      t.match(text.replaceAll(colours, ''), /\d+% {2}\d+\/60/)
      t.match(text, /Slowed: rests 60 ms after each batch/)
    },
  )

  t.test(
    `${engine}: progress is on the terminal, and the result in the pipe`,
    { skip },
    async t => {
      const text = await shown(t, upgrades, 200, place => `${migrate(place)} | sed 's/^/piped: /'`)
      t.match(text, anyBar)
      t.match(
        text,
        /20261101T0940_number_and_flag_the_contacts .*\d+\/60.*rows\/s.*left.*slowed: rests/,
      )
      const piped = text.split(/\r?\n/).filter(line => line.includes('piped: '))
      t.ok(piped.some(line => line.includes('migrations applied')))
      for (const line of piped) t.notMatch(line.replace(/^.*piped: /, ''), colour)
    },
  )

  t.test(
    `${engine}: without colours and without Unicode there is a bar all the same`,
    { skip },
    async t => {
      const text = await shown(t, upgrades, 100, place => `LC_ALL=C ${migrate(place)} --no-color`)
      t.notMatch(text, colour)
      t.match(text, /#+\.* {2}2026/)
      t.notMatch(text, anyBar)
      for (const line of drawings(text)) t.ok(widthOf(line) < 100, line)
    },
  )

  t.test(`${engine}: NO_COLOR is obeyed, and --quiet shows the result only`, { skip }, async t => {
    const text = await shown(t, upgrades, 80, place => {
      const status = `${commandLine} status ${place}`
      return `${status}; NO_COLOR=1 ${status}; NO_COLOR=1 ${migrate(place)} --quiet`
    })
    const [first = '', second = ''] = text.split(/^(?:\u001B\[2m)?(?:sqlite|postgres):/m).slice(1)
    t.match(first, colour)
    t.notMatch(second, colour)
    t.notMatch(second, anyBar)
    t.match(second, /migrations applied/)
    t.notMatch(second, /Slowed/)
  })
}
