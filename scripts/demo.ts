import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { environment } from '../src/config.ts'

/**
 * The main job, on sample data, in a folder of its own: `demo/`. Every step is the command that a
 * user would type. Neither `P2C_*` nor a configuration file is seen, so that the demo can never
 * meet a customer's data.
 */
const steps: readonly { readonly title: string; readonly command: readonly string[] }[] = [
  { title: 'A sample Sales extract', command: ['seed', '--out', 'extract'] },
  { title: 'Into a database', command: ['import', '--from', 'extract', '--create'] },
  { title: 'Is it ready?', command: ['check'] },
  { title: 'The upgrade, and the first full sync', command: ['migrate', '--yes'] },
  { title: 'Where it stands', command: ['status'] },
  { title: 'The proof', command: ['verify'] },
  { title: 'The audit', command: ['audit', 'export', '--out', 'audit'] },
]

/** Done, or done with findings: sample data has rows that must be rejected. */
const expected: readonly (number | null)[] = [0, 3]

const folder = fileURLToPath(new URL('../demo/', import.meta.url))
const command = fileURLToPath(new URL('../src/cli/bin.ts', import.meta.url))
const loader = import.meta.resolve('tsx')
const env = Object.fromEntries(
  Object.entries(environment).filter(([name]) => !name.startsWith('P2C_')),
)

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
for (const { title, command: words } of steps) {
  const args = [...words, '--database', 'sqlite:sales.sqlite']
  process.stdout.write(`\n# ${title}\n$ p2c ${args.join(' ')}\n`)
  const { status } = spawnSync(process.execPath, ['--import', loader, command, ...args], {
    cwd: folder,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (expected.includes(status)) continue
  process.stdout.write(`\nThe demo stopped: exit status ${String(status)}.\n`)
  process.exit(1)
}
process.stdout.write(`
Done. In ${folder}
  extract/      the sample Sales data, as CSV
  sales.sqlite  the upgraded database, with what goes to Finance and Operations
  audit/        every contact with its number, its flags, where it went and why
`)
