import { createHash } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
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
  /** Texts of whole lines that are written as they are, each with its end; how many lines in all. */
  append(texts: readonly string[], count: number): Promise<void>
  finish(): Promise<CsvSummary>
  /** Removes what was written so far. Harmless after `finish`. */
  abandon(): Promise<void>
}

const byteOrderMark = '\uFEFF'

/** Under which name a file lies until it is whole. */
export function unfinished(path: string): string {
  return `${path}.part`
}

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
  const beside = unfinished(path)
  const fail = (cause: unknown) => unwritable(path, cause)
  await rm(beside, { force: true }).catch(fail)
  const handle = await open(beside, 'wx', 0o600).catch(fail)
  const hash = createHash('sha256')
  let bytes = 0
  let rows = 0
  let isOpen = true

  const keep = async (chunk: Buffer) => {
    hash.update(chunk)
    bytes += chunk.length
    await handle.writeFile(chunk)
  }
  const sink = gzip ? packed(keep) : { take: keep, end: () => Promise.resolve() }
  const encoder = encodedInto(sink.take)

  const lines = linesOf(columns.length, excel)
  const close = async () => {
    isOpen = false
    await handle.close()
  }

  const file: CsvFile = {
    path,
    write: chunk => file.append([lines(chunk)], chunk.length),
    append: async (texts, count) => {
      rows += count
      await encoder.write(texts).catch(fail)
    },
    finish: async () => {
      try {
        await encoder.flush()
        await sink.end()
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
      await sink.end().catch(() => undefined)
      if (isOpen) await close()
      await rm(beside, { force: true })
    },
  }
  await encoder.write([(excel ? byteOrderMark : '') + lines([columns])]).catch(fail)
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

interface Sink {
  /** Whoever gives a chunk may use its memory again afterwards. */
  readonly take: (chunk: Buffer) => Promise<void>
  readonly end: () => Promise<void>
}

/** Packs what it takes on its way. */
function packed(keep: (chunk: Buffer) => Promise<void>): Sink {
  const gzip = createGzip()
  const written = pipeline(gzip, async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) await keep(chunk)
  })
  // Whoever writes next, or ends, hears of it.
  written.catch(() => undefined)
  const drained = () => new Promise(resolve => gzip.once('drain', resolve))
  return {
    take: async chunk => {
      if (gzip.destroyed || !gzip.write(Buffer.from(chunk)))
        await Promise.race([drained(), written])
    },
    end: () => {
      gzip.end()
      return written
    },
  }
}

const bufferBytes = 256 * 1024
/** A UTF-16 unit becomes at most so many bytes. */
const mostBytes = 3

/** Encodes texts as UTF-8 in one piece of memory, which is used again and again: none piles up. */
function encodedInto(take: Sink['take']) {
  const buffer = Buffer.allocUnsafeSlow(bufferBytes)
  let used = 0
  const flush = async () => {
    const chunk = buffer.subarray(0, used)
    used = 0
    if (chunk.length > 0) await take(chunk)
  }
  const write = async (texts: readonly string[]) => {
    for (const text of texts) {
      if (text.length * mostBytes > bufferBytes - used) await flush()
      if (text.length * mostBytes <= bufferBytes) used += buffer.write(text, used)
      else await take(Buffer.from(text))
    }
  }
  return { write, flush }
}

/** @throws P2cError FILE_UNWRITABLE */
export function unwritable(path: string, cause: unknown): never {
  throw new P2cError('FILE_UNWRITABLE', {
    what: `${path} cannot be written`,
    must: 'a folder that exists, that this user may write, on a disk with room',
    found: cause instanceof Error ? cause.message : String(cause),
    next: 'Name another place, or make room, and run the same command again',
    cause,
  })
}
