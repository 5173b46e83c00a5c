import { cpus, loadavg, totalmem } from 'node:os'
import type { Arena } from './arena.ts'
import { isInstalled, type Comparison } from './comparisons.ts'
import type { Usage } from './measure.ts'
import { medians } from './median.ts'
import type { Table } from './table.ts'

/** One rival's upgrade of so many contacts. */
export interface Upgrade {
  readonly contacts: number
  readonly rival: string
  readonly usage: Usage
}

/** One comparison with so many contacts. */
export interface Compared extends Comparison {
  readonly contacts: number
}

/** Where and when it was measured, and how to do it again. */
export function circumstances(args: readonly string[], { version }: Arena): string[] {
  const [cpu] = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  return [
    `npm run bench${args.length === 0 ? '' : ` -- ${args.join(' ')}`}`,
    `${new Date().toISOString().slice(0, 16)}Z, ${cpu?.model ?? 'unknown processor'}, ${cpus().length} cores, ${memory} GiB, load ${(loadavg()[0] ?? 0).toFixed(1)}`,
    `Node ${process.versions.node}, ${version}`,
  ]
}

/** The whole upgrade, by each rival: medians, and what they are of the yardstick. */
export function upgradeTable(
  upgrades: readonly Upgrade[],
  runs: number,
  { yardstick, notes }: Arena,
): Table {
  const groups = grouped(upgrades, ({ contacts, rival }) => `${contacts} ${rival}`)
  const medianOf = new Map(
    [...groups].map(([key, group]) => [key, medians(group.map(({ usage }) => usage))]),
  )
  const rows = [...groups.values()].flatMap(([one]) => {
    const own = one && medianOf.get(`${one.contacts} ${one.rival}`)
    if (!own) return []
    const best = medianOf.get(`${one.contacts} ${yardstick}`)
    return [
      [
        one.rival,
        count(one.contacts),
        decimal(own.wallSeconds),
        decimal(own.cpuSeconds),
        count(one.contacts / own.wallSeconds),
        count(own.peakMegabytes),
        count(own.writtenMegabytes),
        ratio(own.wallSeconds, best?.wallSeconds),
        ratio(own.cpuSeconds, best?.cpuSeconds),
        ratio(own.writtenMegabytes, best?.writtenMegabytes),
      ],
    ]
  })
  return {
    title: `The whole upgrade (medians of ${runs})`,
    head: [
      'who',
      'contacts',
      'wall s',
      'CPU s',
      'rows/s',
      'peak MB',
      'MB written',
      `wall/${yardstick}`,
      `CPU/${yardstick}`,
      `MB/${yardstick}`,
    ],
    rows,
    words: 1,
    notes: [...growth(upgrades, medianOf), ...notes],
  }
}

/** The other commands, each beside its yardstick. */
export function comparisonTable(
  compared: readonly Compared[],
  runs: number,
  { shell }: Arena,
): Table {
  const groups = grouped(compared, ({ contacts, what }) => `${contacts} ${what}`)
  const rows = [...groups.values()].flatMap(group => {
    const [one] = group
    if (!one) return []
    const usage = medians(group.map(each => each.usage))
    const yardstick = medians(group.map(each => each.yardstick))
    return [
      [
        one.what,
        one.against,
        count(one.contacts),
        decimal(usage.wallSeconds),
        decimal(yardstick.wallSeconds),
        ratio(usage.wallSeconds, yardstick.wallSeconds),
        decimal(usage.cpuSeconds),
        decimal(yardstick.cpuSeconds),
        ratio(usage.cpuSeconds, yardstick.cpuSeconds),
        usage.peakMegabytes === undefined ? '–' : count(usage.peakMegabytes),
      ],
    ]
  })
  return {
    title: `The other commands of p2c (medians of ${runs})`,
    head: [
      'p2c …',
      'beside',
      'contacts',
      'wall s',
      'beside',
      'ratio',
      'CPU s',
      'beside',
      'ratio',
      'peak MB',
    ],
    rows,
    words: 2,
    notes: isInstalled(shell)
      ? []
      : [`Left out, because ${shell.name} is not installed: import and audit export.`],
  }
}

/** How time grows with size: 1 is in proportion. */
function growth(upgrades: readonly Upgrade[], medianOf: ReadonlyMap<string, Usage>): string[] {
  return [...grouped(upgrades, ({ rival }) => rival)].flatMap(([rival, own]) => {
    const sizes = own.map(({ contacts }) => contacts)
    const [smallest, largest] = [Math.min(...sizes), Math.max(...sizes)]
    const small = medianOf.get(`${smallest} ${rival}`)
    const large = medianOf.get(`${largest} ${rival}`)
    if (!small || !large || smallest === largest) return []
    const exponent = (field: 'cpuSeconds' | 'wallSeconds') =>
      (Math.log(large[field] / small[field]) / Math.log(largest / smallest)).toFixed(2)
    return [
      `From ${count(smallest)} to ${count(largest)} contacts the time of ${rival} grows with the exponent ${exponent('cpuSeconds')} (CPU), ${exponent('wallSeconds')} (wall).`,
    ]
  })
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group) group.push(item)
    else groups.set(keyOf(item), [item])
  }
  return groups
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function decimal(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(2)
}

function ratio(value: number | undefined, of: number | undefined): string {
  return value === undefined || of === undefined ? '–' : (value / of).toFixed(2)
}
