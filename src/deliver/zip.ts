import { createHash } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { open as openZip, type Entry, type Options, type ZipFile as Archive } from 'yauzl'
import { ZipFile } from 'yazl'
import { unfinished } from '../csv/write.ts'

/** A file in an archive; its bytes are asked for when it is its turn. */
export interface ZipEntry {
  readonly name: string
  readonly bytes: AsyncIterable<Buffer>
}

export interface ZipSummary {
  readonly bytes: number
  readonly sha256: string
}

/**
 * Writes an archive, with flat memory. It is readable by its owner only and appears under its name
 * when it is whole.
 */
export async function writeZip(path: string, entries: readonly ZipEntry[]): Promise<ZipSummary> {
  const beside = unfinished(path)
  await rm(beside, { force: true })
  const archive = new ZipFile()
  const streams = entries.map(({ name, bytes }) => {
    const stream = Readable.from(bytes, { objectMode: false, highWaterMark: 1 })
    archive.addReadStream(stream, name)
    return stream
  })
  archive.end()
  const failed = new Promise<never>((_, reject) => {
    for (const stream of streams) stream.once('error', reject)
    archive.once('error', reject)
  })
  const handle = await open(beside, 'wx', 0o600)
  try {
    const summary = await Promise.race([taken(archive.outputStream, handle), failed])
    await handle.sync()
    await handle.close()
    await rename(beside, path)
    return summary
  } catch (error) {
    for (const stream of streams) stream.destroy()
    await handle.close().catch(() => undefined)
    await rm(beside, { force: true })
    throw error
  }
}

async function taken(
  archive: NodeJS.ReadableStream,
  handle: { writeFile(chunk: Buffer): Promise<void> },
): Promise<ZipSummary> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of archive) {
    const piece = chunk as Buffer
    hash.update(piece)
    bytes += piece.length
    await handle.writeFile(piece)
  }
  return { bytes, sha256: hash.digest('hex') }
}

const openArchive = promisify<string, Options, Archive>(openZip)

/** The bytes of a file in an archive; throws where it has none of this name. */
export async function* zipEntry(path: string, name: string): AsyncGenerator<Buffer, void, void> {
  const archive = await openArchive(path, { lazyEntries: true, autoClose: false })
  try {
    const entry = await findEntry(archive, name)
    const read = promisify<Entry, Readable>(archive.openReadStream.bind(archive))
    for await (const chunk of await read(entry)) yield chunk as Buffer
  } finally {
    archive.close()
  }
}

function findEntry(archive: Archive, name: string): Promise<Entry> {
  return new Promise((resolve, reject) => {
    archive.on('entry', (entry: Entry) => {
      if (entry.fileName === name) resolve(entry)
      else archive.readEntry()
    })
    archive.once('end', () => {
      reject(new Error(`there is no ${name} in the archive`))
    })
    archive.once('error', reject)
    archive.readEntry()
  })
}
