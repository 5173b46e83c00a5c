import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { openCsv, type CsvSummary } from '../csv/write.ts'
import type { Work } from '../events.ts'
import { completeOptions, type SeedOptions } from './options.ts'
import { sampleTables, type SampleTable } from './sample.ts'

export interface SeedExtractOptions extends SeedOptions {
  /** The folder; it is made where it is missing. Files of the same names are replaced. */
  readonly out: string
  readonly gzip?: boolean
}

export interface SeedExtractResult {
  readonly files: readonly (CsvSummary & { readonly name: string })[]
}

const rowsPerWrite = 1_000

/**
 * Writes the sample data that `seed` would put into a database as a Sales extract, for import.
 *
 * @throws P2cError SEED_INVALID (exit 2); FILE_UNWRITABLE
 */
export async function* seedExtract(
  config: Config,
  { out, gzip = false, ...options }: SeedExtractOptions,
): Work<SeedExtractResult> {
  const tables = sampleTables(config, completeOptions(options))
  // Where this fails, so does opening the first file, which says it better.
  await mkdir(out, { recursive: true }).catch(() => undefined)
  const files: SeedExtractResult['files'][number][] = []
  for (const sample of tables) {
    const name = `${sample.table.file}.csv${gzip ? '.gz' : ''}`
    const summary = yield* writeTable(sample, join(out, name), gzip)
    files.push({ name, ...summary })
  }
  return { files }
}

async function* writeTable(sample: SampleTable, path: string, gzip: boolean): Work<CsvSummary> {
  const step = sample.table.file
  const names = sample.columns.map(({ name }) => name)
  yield { type: 'step', state: 'started', step }
  const file = await openCsv(path, names, { gzip })
  try {
    for (let row = 0; row < sample.rows;) {
      const count = Math.min(rowsPerWrite, sample.rows - row)
      const from = row
      await file.write(Array.from({ length: count }, (_, i) => sample.row(from + i)))
      row += count
      yield { type: 'progress', step, done: row, total: sample.rows, slowed: null }
    }
    const summary = await file.finish()
    yield { type: 'step', state: 'finished', step }
    return summary
  } finally {
    await file.abandon()
  }
}
