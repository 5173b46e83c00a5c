import { dirname, resolve } from 'node:path'
import type { Config, ConfigSources } from './config.ts'
import { exitStatus, P2cError } from './errors.ts'

/**
 * Puts option, environment, file and default together, in this order of precedence, and the values
 * of `sync.referenceFiles` into `sync.reference`. What checks and reads them is loaded when it is called: migrations
 * import the same index, and check no settings.
 *
 * @throws P2cError CONFIG_INVALID (exit 2) naming the key and the value; CONFIG_UNREADABLE,
 * CSV_UNREADABLE, CSV_EMPTY, CSV_HEADER_INVALID
 */
export async function loadConfig(sources: ConfigSources = {}): Promise<Config> {
  const { loadConfig: load } = await import('./config.ts')
  const config = load(sources)
  const files = Object.entries(config.sync.referenceFiles)
  if (files.length === 0) return config
  const { sync } = config
  const reference: Record<string, readonly string[]> = { ...sync.reference }
  const folder = typeof sources.file === 'string' ? dirname(sources.file) : '.'
  for (const [name, file] of files)
    if (file !== undefined)
      reference[name] = [
        ...(reference[name] ?? []),
        ...(await firstColumnOf(resolve(folder, file))),
      ]
  return { ...config, sync: { ...sync, reference: reference as typeof sync.reference } }
}

/** The values of a CSV file's first column, behind its header; empty ones are left out. */
async function firstColumnOf(path: string): Promise<string[]> {
  const { openCsvSource } = await import('./csv/read.ts')
  const source = await openCsvSource(path)
  const found: string[] = []
  for await (const records of source.records())
    for (const { line, values, problem } of records) {
      if (problem) throw broken(path, line, problem.message)
      if (values[0]) found.push(values[0])
    }
  return found
}

function broken(path: string, line: number, found: string): P2cError {
  return new P2cError('CONFIG_INVALID', {
    what: `${path}, line ${line}, cannot be read`,
    must: 'a row of CSV with as many fields as the header',
    found,
    next: 'Mend the file that "sync.referenceFiles" names',
    exit: exitStatus.usage,
  })
}
