import { createHash } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { stringify } from 'csv-stringify/sync'
import { P2cError } from '../errors.ts'
import { defuse, type CsvValue } from './field.ts'

export interface CsvOptions {
  /** For spreadsheets: a BOM, and formulas defused by an apostrophe (`undefuse` takes it back). */
  readonly excel?: boolean
  readonly gzip?: boolean
}

/** What a file became. `bytes` and `sha256` are those of the file as it lies on the disk. */
export interface CsvSummary {
  /** Without the header. */
  readonly rows: number
  readonly bytes: number
  readonly sha256: string
}

/** A CSV file that is being written. It appears under its name when it is finished, and whole. */
export interface CsvFile {
  readonly path: string
  /** Values in the order of the columns. The more rows at once, the faster. */
  write(rows: readonly (readonly CsvValue[])[]): Promise<void>
  /** Lines that are written as they are, each with its end, and how many they are. */
  append(lines: string, count: number): Promise<void>
  finish(): Promise<CsvSummary>
  /** Removes what was written so far. Harmless after `finish`. */
  abandon(): Promise<void>
}

const byteOrderMark = '\uFEFF'

/**
 * Begins a CSV file: RFC 4180, UTF-8, CRLF, readable by its owner only, written under a name
 * beside its own. null is an empty field, booleans are `true` and `false`.
 *
 * @throws P2cError FILE_UNWRITABLE, from here and from the file's methods
 */
export async function openCsv(
  path: string,
  columns: readonly string[],
  { excel = false, gzip = false }: CsvOptions = {},
): Promise<CsvFile> {
  const beside = `${path}.part`
  const fail = (cause: unknown) => unwritable(path, cause)
  await rm(beside, { force: true }).catch(fail)
  const handle = await open(beside, 'wx', 0o600).catch(fail)
  const hash = createHash('sha256')
  let bytes = 0
  let rows = 0
  let isOpen = true

  const source = gzip ? createGzip() : new PassThrough()
  const written = pipeline(source, async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk)
      bytes += chunk.length
      await handle.writeFile(chunk)
    }
  })
  // Whoever writes next, or finishes, hears of it.
  written.catch(() => undefined)

  const lines = linesOf(columns.length, excel)
  const send = async (text: string) => {
    if (source.destroyed || !source.write(text)) await Promise.race([drained(source), written])
  }
  const close = async () => {
    isOpen = false
    await handle.close()
  }

  const file: CsvFile = {
    path,
    write: chunk => file.append(lines(chunk), chunk.length),
    append: async (lines, count) => {
      rows += count
      await send(lines).catch(fail)
    },
    finish: async () => {
      try {
        source.end()
        await written
        await handle.sync()
        await close()
        await rename(beside, path)
      } catch (cause) {
        await file.abandon()
        return fail(cause)
      }
      return { rows, bytes, sha256: hash.digest('hex') }
    },
    abandon: async () => {
      source.destroy()
      await written.catch(() => undefined)
      if (isOpen) await close()
      await rm(beside, { force: true })
    },
  }
  await send((excel ? byteOrderMark : '') + lines([columns])).catch(fail)
  return file
}

function linesOf(columns: number, excel: boolean) {
  const text = (value: string | number | boolean) => (excel ? defuse(String(value)) : String(value))
  const options = {
    record_delimiter: '\r\n',
    quoted_match: /[\r\n]/,
    // An empty line would be no row at all.
    quoted_empty: columns === 1,
    cast: { boolean: text, number: text, ...(excel ? { string: text } : {}) },
  }
  return (rows: readonly (readonly CsvValue[])[]) =>
    stringify(rows as (readonly CsvValue[])[], options)
}

function drained(stream: NodeJS.EventEmitter): Promise<void> {
  return new Promise(resolve => stream.once('drain', resolve))
}

function unwritable(path: string, cause: unknown): never {
  throw new P2cError('FILE_UNWRITABLE', {
    what: `${path} cannot be written`,
    must: 'a folder that exists, that this user may write, on a disk with room',
    found: cause instanceof Error ? cause.message : String(cause),
    next: 'Name another place, or make room, and run the same command again',
    cause,
  })
}
