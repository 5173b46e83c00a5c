import type { Database } from '../database/database.ts'

/** A part that is shorter is not worth a connection. */
const fewestRows = 2_000

/** Into how many parts so many rows are worth to be divided, where so many workers are there. */
export function partsWorth({ config }: Database, rows: number, workers: number): number {
  return Math.min(workers, Math.ceil(rows / (config.batch.rows ?? fewestRows)))
}

/** Positions after which rows in these positions are divided; none where they are one part. */
export function bordersOf(rows: number, parts: number): number[] {
  return Array.from({ length: parts - 1 }, (_, i) => Math.floor((rows * (i + 1)) / parts))
}

/**
 * Keys that divide rows with these keys into so many parts, of about the same length; fewer where many
 * share one, and none behind which nothing would be left.
 *
 * @param keys in their order
 */
export function boundsIn(keys: readonly string[], parts: number): string[] {
  const found = bordersOf(keys.length, parts).map(border => keys[border - 1])
  const isBound = (key: string | undefined): key is string =>
    key !== undefined && key !== keys.at(-1)
  return [...new Set(found.filter(isBound))]
}
