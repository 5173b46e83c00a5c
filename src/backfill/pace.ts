import type { Database } from '../database/database.ts'

/** Bounds of a batch: below, the commits cost more than the work; above, others wait too long. */
const fewestRows = 100
const mostRows = 20_000
const firstRows = 2_000

/** How many of the last batches are looked at. */
const remembered = 10

export interface Batch {
  readonly rows: number
  readonly millis: number
  /** How many rows it could have had, where fewer were left for it. */
  readonly asked?: number
}

/** How large the next batch shall be, and why it is smaller than it could be. */
export interface Pace {
  readonly rows: number
  /** null where nothing slows the work. */
  readonly slowed: string | null
}

/**
 * The size of the next batch from how long the last ones took: it aims at `aimMillis` at the 90th
 * percentile, grows by at most half, and falls to a tenth after a batch that took five times that.
 *
 * @param batches the last batches, oldest first
 */
export function nextPace(batches: readonly Batch[], aimMillis: number, fixedRows?: number): Pace {
  if (fixedRows !== undefined) return { rows: fixedRows, slowed: null }
  const recent = batches.slice(-remembered)
  const last = recent.at(-1)
  if (!last) return { rows: firstRows, slowed: null }
  if (last.millis > 5 * aimMillis) {
    const rows = clamp(last.rows / 10)
    return { rows, slowed: `the last batch took ${(last.millis / 1000).toFixed(1)} s` }
  }
  const perRow = percentile90(recent.map(batch => batch.millis / Math.max(1, batch.rows)))
  return {
    rows: clamp(Math.min(aimMillis / Math.max(perRow, 1e-6), (last.asked ?? last.rows) * 1.5)),
    slowed: null,
  }
}

function clamp(rows: number): number {
  return Math.round(Math.min(mostRows, Math.max(fewestRows, rows)))
}

function percentile90(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * 0.9) - 1] ?? 0
}

/** Paces the batches of one piece of long work. */
export interface Pacer {
  readonly next: () => Pace
  /** What the last batch took, its waits included. */
  readonly took: (batch: Batch) => void
}

/** The pace that this database's settings and its engine's habits ask for. */
export function paceOf({ config, dialect }: Database): Pacer {
  const batches: Batch[] = []
  const aim = config.batch.targetMs ?? dialect.habits.batchMillis
  return {
    next: () => nextPace(batches, aim, config.batch.rows),
    took: batch => {
      batches.push(batch)
      if (batches.length > remembered) batches.shift()
    },
  }
}
