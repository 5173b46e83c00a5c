import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildInto } from './build.ts'
import { compareImport, compareOnUpgraded, compareStart } from './comparisons.ts'
import { salesData } from './data.ts'
import { differences, fingerprintOf, type Fingerprint } from './equivalence.ts'
import { measure } from './measure.ts'
import { readOptions, usage, type BenchOptions } from './options.ts'
import {
  circumstances,
  comparisonTable,
  upgradeTable,
  type Compared,
  type Upgrade,
} from './report.ts'
import { mostContactsForKnex, p2c, runRival, type RivalName } from './rivals.ts'
import { asMarkdown, asText } from './table.ts'

/**
 * How fast p2c is, beside the fastest script and an ordinary one that do the same job. Everything
 * is in a folder of its own, `bench/`, which has no configuration file; the settings in `P2C_*`
 * are kept from every program that is measured.
 */
const folder = fileURLToPath(new URL('../../bench/', import.meta.url))
const work = join(folder, 'work')
const upgrades: Upgrade[] = []
const compared: Compared[] = []

const args = process.argv.slice(2)
const options = optionsOrUsage()
if (options) {
  const head = circumstances(args)
  const sizes = options.contacts
  const isEquivalent: boolean[] = []
  for (const contacts of sizes) isEquivalent.push(await benchSize(contacts, options))
  if (options.others && options.rivals.includes('p2c')) await benchStart(options)
  const tables = [
    ...(upgrades.length > 0 ? [upgradeTable(upgrades, options.runs)] : []),
    ...(compared.length > 0 ? [comparisonTable(compared, options.runs)] : []),
  ]
  process.stdout.write(['', ...head, '', ...tables.map(asText)].join('\n'))
  if (options.markdown !== undefined)
    writeFileSync(
      options.markdown,
      ['```', ...head, '```', '', ...tables.map(asMarkdown)].join('\n'),
    )
  rmSync(work, { recursive: true, force: true })
  process.exitCode = isEquivalent.every(Boolean) ? 0 : 1
}

function optionsOrUsage(): BenchOptions | undefined {
  try {
    return readOptions(args)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}\n`)
    process.exitCode = 2
    return undefined
  }
}

/**
 * Has the rivals do the job in turn, so that a busy minute of the machine meets all of them.
 *
 * @returns whether they all ended in equivalent data
 */
async function benchSize(contacts: number, options: BenchOptions): Promise<boolean> {
  const { skew, seed, runs, others } = options
  const rivals = options.rivals.filter(rival => rival !== 'knex' || contacts <= mostContactsForKnex)
  note(`data of ${contacts} contacts`)
  const data = salesData(join(folder, 'data'), { contacts, skew, seed })
  const prints = new Map<RivalName, Fingerprint>()
  for (let run = 1; run <= runs; run++) {
    for (const rival of rivals) {
      note(`${contacts} contacts, run ${run} of ${runs}: ${rival}`)
      const file = freshCopy(data)
      const usage = await runRival(rival, file, work)
      upgrades.push({ contacts, rival, usage })
      if (run === 1 && rivals.length > 1) prints.set(rival, fingerprintOf(file))
      if (rival !== 'p2c' || !others) continue
      note(`${contacts} contacts, run ${run} of ${runs}: other commands`)
      const found = [
        ...(await compareOnUpgraded(file, work, usage)),
        ...(await compareImport(data, work)),
      ]
      compared.push(...found.map(comparison => ({ contacts, ...comparison })))
    }
  }
  return areAlike(contacts, prints)
}

function areAlike(contacts: number, prints: ReadonlyMap<RivalName, Fingerprint>): boolean {
  const [[first, print] = [], ...others] = prints
  if (first === undefined || print === undefined) return true
  const unlike = others.flatMap(([rival, other]) =>
    differences(print, other).map(table => `${table} of ${rival} differs from that of ${first}`),
  )
  for (const difference of unlike) note(`${contacts} contacts: NOT EQUIVALENT: ${difference}`)
  if (unlike.length === 0 && others.length > 0)
    note(`${contacts} contacts: ${[...prints.keys()].join(', ')} end in equivalent data`)
  return unlike.length === 0
}

async function benchStart({ skew, seed, runs }: BenchOptions): Promise<void> {
  const contacts = 1_000
  const file = freshCopy(salesData(join(folder, 'data'), { contacts, skew, seed }))
  const built = buildInto(join(folder, 'build'))
  await measure(p2c(work, file, ['migrate', '--yes', '--quiet']))
  for (let run = 1; run <= runs; run++) {
    note(`start of the command, run ${run} of ${runs}`)
    const found = await compareStart(file, work, built)
    compared.push(...found.map(comparison => ({ contacts, ...comparison })))
  }
}

function freshCopy(data: string): string {
  rmSync(work, { recursive: true, force: true })
  mkdirSync(work, { recursive: true })
  const file = join(work, 'sales.sqlite')
  copyFileSync(data, file)
  return file
}

function note(text: string): void {
  process.stderr.write(`${text}\n`)
}
