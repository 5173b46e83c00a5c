import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Arena } from './arena.ts'
import { build } from './build.ts'
import { differences, type Fingerprint } from './equivalence.ts'
import { oneOf, readOptions, usage, type BenchOptions } from './options.ts'
import { postgresArena } from './postgres/arena.ts'
import {
  circumstances,
  comparisonTable,
  upgradeTable,
  type Compared,
  type Upgrade,
} from './report.ts'
import { mostContactsForKnex } from './rivals.ts'
import { sqliteArena } from './sqlite-arena.ts'
import { asMarkdown, asText, type Table } from './table.ts'

/**
 * How fast p2c is, beside the fastest script and an ordinary one that do the same job. Everything
 * is in a folder of its own, `bench/`, which has no configuration file; the settings in `P2C_*`
 * are kept from every program that is measured.
 */
const folder = fileURLToPath(new URL('../../bench/', import.meta.url))
const contactsAtLast = { sqlite: 1_000, postgres: 100_000 }
const upgrades: Upgrade[] = []
const compared: Compared[] = []

const args = process.argv.slice(2)
const options = optionsOrUsage()
if (options) {
  rmSync(join(folder, 'work'), { recursive: true, force: true })
  build()
  const arena = options.engine === 'sqlite' ? sqliteArena(folder) : await postgresArena(folder)
  try {
    process.exitCode = (await bench(arena, options)) ? 0 : 1
  } finally {
    await arena.close()
  }
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

/** @returns whether all rivals ended in equivalent data */
async function bench(arena: Arena, options: BenchOptions): Promise<boolean> {
  const { runs, others, engine, skew, seed } = options
  const head = circumstances(args, arena)
  const rivals = options.rivals?.map(text => oneOf('--rivals', arena.rivals, text)) ?? arena.rivals
  const isEquivalent: boolean[] = []
  for (const contacts of options.contacts)
    isEquivalent.push(await benchSize(arena, contacts, rivals, options))
  const tables: Table[] = [upgradeTable(upgrades, runs, arena)]
  if (others && rivals.some(rival => rival.startsWith('p2c'))) {
    const contacts = contactsAtLast[engine]
    note('what is measured once')
    const last = await arena.last({ contacts, skew, seed }, runs)
    compared.push(...last.compared.map(comparison => ({ contacts, ...comparison })))
    if (compared.length > 0) tables.push(comparisonTable(compared, runs, arena))
    tables.push(...last.tables)
  }
  process.stdout.write(['', ...head, '', ...tables.map(asText)].join('\n'))
  if (options.markdown !== undefined)
    writeFileSync(
      options.markdown,
      ['```', ...head, '```', '', ...tables.map(asMarkdown)].join('\n'),
    )
  return isEquivalent.every(Boolean)
}

/**
 * Has the rivals do the job in turn, so that a busy minute of the machine meets all of them.
 *
 * @returns whether they all ended in equivalent data
 */
async function benchSize(
  arena: Arena,
  contacts: number,
  asked: readonly string[],
  { skew, seed, runs, others }: BenchOptions,
): Promise<boolean> {
  const rivals = asked.filter(rival => rival !== 'knex' || contacts <= mostContactsForKnex)
  note(`data of ${contacts} contacts`)
  await arena.prepare({ contacts, skew, seed })
  const prints = new Map<string, Fingerprint>()
  for (let run = 1; run <= runs; run++) {
    for (const rival of rivals) {
      note(`${contacts} contacts, run ${run} of ${runs}: ${rival}`)
      const usage = await arena.run(rival)
      upgrades.push({ contacts, rival, usage })
      if (run === 1 && rivals.length > 1) prints.set(rival, await arena.fingerprint())
      if (!others || rival !== arena.upgrader) continue
      note(`${contacts} contacts, run ${run} of ${runs}: other commands`)
      const found = await arena.compare(usage)
      compared.push(...found.map(comparison => ({ contacts, ...comparison })))
    }
  }
  return areAlike(contacts, prints)
}

function areAlike(contacts: number, prints: ReadonlyMap<string, Fingerprint>): boolean {
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

function note(text: string): void {
  process.stderr.write(`${text}\n`)
}
