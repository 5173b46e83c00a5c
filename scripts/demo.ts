import { mkdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { main } from '../src/cli/program.ts'
import { openCsvSource } from '../src/csv/read.ts'
import { exitStatus } from '../src/errors.ts'

/**
 * The main job, on sample data, in a folder of its own: `demo/`. Every step is the command that a
 * user would type. The folder has no configuration file, and `--database` wins over `P2C_*`, so
 * that the demo can never meet a customer's data.
 */
const steps: readonly { readonly title: string; readonly command: readonly string[] }[] = [
  { title: 'A sample Sales extract', command: ['seed', '--out', 'extract'] },
  { title: 'Into a database', command: ['import', '--from', 'extract', '--create'] },
  { title: 'Is it ready?', command: ['check'] },
  { title: 'The upgrade, and the first full sync', command: ['migrate', '--yes'] },
  { title: 'Where it stands', command: ['status'] },
  { title: 'The proof', command: ['verify'] },
  { title: 'One contact, and why', command: ['explain', 'c650163c-f923-4bd7-906d-13bfcacae0dd'] },
  { title: 'The audit', command: ['audit', 'export', '--out', 'audit'] },
  { title: 'For Finance and Operations', command: ['deliver', 'finops', '--out', 'packages'] },
]

/** Done, or done with findings: sample data has rows that must be rejected. */
const expected: readonly number[] = [exitStatus.done, exitStatus.findings]

const folder = fileURLToPath(new URL('../demo/', import.meta.url))
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
process.chdir(folder)
for (const { title, command: words } of steps) {
  const args = [...words, '--database', 'sqlite:sales.sqlite']
  process.stdout.write(`\n# ${title}\n$ p2c ${args.join(' ')}\n`)
  const status = await main(args)
  if (expected.includes(status)) continue
  process.stdout.write(`\nThe demo stopped: exit status ${status}.\n`)
  process.exit(1)
}
process.stdout.write(await summary())

/** What happened, from the audit: the very files that the user gets. */
async function summary(): Promise<string> {
  const contacts = await rowsOf('contacts.csv')
  const accounts = await rowsOf('accounts.csv')
  const rejects = (await rowsOf('sync.csv')).filter(row => row['outcome'] === 'rejected')
  const numbers = contacts.map(row => row['contact_number'] ?? '').sort()
  const destinations = { customer: 'customers', contact: 'contact persons', skipped: 'nowhere' }
  const routes = tally(contacts.map(row => `${row['route'] ?? ''}|${row['reason'] ?? ''}`))
  const assigned = accounts.filter(row => row['number_origin'] === 'assigned').length
  const lines = [
    '',
    '# What happened',
    `  ${contacts.length} contacts numbered, from ${numbers[0] ?? ''} to ${numbers.at(-1) ?? ''}`,
    `  ${accounts.length} accounts: ${assigned} got a number, ${accounts.length - assigned} kept theirs`,
    '',
    '  Where the contacts went, and why',
    ...[...routes].sort().map(([route, count]) => {
      const [to = '', reason = ''] = route.split('|')
      const where = destinations[to as keyof typeof destinations]
      return `  ${String(count).padStart(6)}  ${where.padEnd(16)}  ${reason}`
    }),
    '',
    `  ${rejects.length === 0 ? 'No record was rejected by the sync' : 'Rejected by the sync, to be mended and sent again with "p2c sync --retry"'}`,
    ...[...tally(rejects.map(row => row['code'] ?? ''))].map(
      ([code, count]) => `  ${String(count).padStart(6)}  ${code}`,
    ),
    '',
    `  Everything is in ${folder}`,
    '  extract/      the sample Sales data, as CSV',
    '  sales.sqlite  the upgraded database, with what goes to Finance and Operations',
    '  audit/        every contact with its number, its flags, where it went and why',
    '  packages/     data packages to be imported into Finance and Operations',
    '',
  ]
  return lines.join('\n')
}

async function rowsOf(file: string): Promise<Record<string, string | undefined>[]> {
  const source = await openCsvSource(`${folder}audit/${file}`)
  const rows: Record<string, string | undefined>[] = []
  for await (const chunk of source.records())
    for (const { values } of chunk)
      rows.push(Object.fromEntries(source.header.map((name, i) => [name, values[i]])))
  return rows
}

function tally(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}
