import { join } from 'node:path'
import { amount } from '../amount.ts'
import { asNamed, linesQuery } from '../audit/lines.ts'
import { openCsv, unwritable } from '../csv/write.ts'
import type { Database } from '../database/database.ts'
import { sql } from '../domain/sql.ts'
import type { Work } from '../events.ts'
import { asUnicode, dataFile, manifestXml, packageHeaderXml } from './data-package.ts'
import type { Sheet } from './sheet.ts'
import { writeZip } from './zip.ts'

/** A file that was written. */
export interface DeliveredFile {
  readonly name: string
  readonly rows: number
  readonly bytes: number
  readonly sha256: string
}

/** Few enough that what they are made of is small, however long the lines. */
const chunkRows = 250

/** What the statements of a sheet are made from. */
export function partOf({ columns, rows, order }: Sheet) {
  return {
    shape: { columns: Object.keys(columns), plain: new Set<string>() },
    part: { rows, order, lines: asNamed },
  }
}

/**
 * Writes a sheet as a snapshot has it, in as many files as it takes; none where it has no row.
 *
 * @throws P2cError FILE_UNWRITABLE
 */
export async function* writeSheet(
  snapshot: Database,
  sheet: Sheet,
  out: string,
): Work<DeliveredFile[]> {
  const counted = await snapshot.row<{ n: number }>(
    sql`SELECT count(*) AS n FROM (${sheet.rows}) AS sheet`,
  )
  const total = Number(counted?.n ?? 0)
  const { shape, part } = partOf(sheet)
  const query = linesQuery(snapshot, shape, part, false)
  const chunk = Math.min(chunkRows, sheet.mostRows)
  const chunks = snapshot.texts(query, chunk)[Symbol.asyncIterator]()
  const files: DeliveredFile[] = []
  try {
    for (let first = 0; first < total; first += sheet.mostRows) {
      const rows = Math.min(sheet.mostRows, total - first)
      const name = nameOf(sheet, total, files.length + 1)
      yield { type: 'step', state: 'started', step: name }
      const summary = await writePiece(sheet, join(out, name), piece(chunks, rows))
      files.push({ name, rows, ...summary })
      yield { type: 'step', state: 'finished', step: name, note: amount(rows, 'row') }
    }
    // The end has to be read too: others want the connection behind it.
    await chunks.next()
  } finally {
    await chunks.return?.()
  }
  return files
}

/** `contacts.csv`, or `contacts-1.csv`, `contacts-2.csv`, … where one is not enough. */
function nameOf({ name, mostRows, entity }: Sheet, total: number, place: number): string {
  const pieces = Math.ceil(total / mostRows)
  const number = pieces > 1 ? `-${String(place).padStart(String(pieces).length, '0')}` : ''
  return `${name}${number}.${entity ? 'zip' : 'csv'}`
}

/** The next so many rows. They come in chunks of which none belongs to two pieces. */
async function* piece(
  chunks: AsyncIterator<string[]>,
  rows: number,
): AsyncGenerator<string[], void, void> {
  for (let taken = 0; taken < rows;) {
    const next = await chunks.next()
    if (next.done) return
    taken += next.value.length
    yield next.value
  }
}

async function writePiece(
  sheet: Sheet,
  path: string,
  chunks: AsyncIterable<string[]>,
): Promise<Pick<DeliveredFile, 'bytes' | 'sha256'>> {
  return sheet.entity ? writePackage(sheet, path, chunks) : writeCsv(sheet, path, chunks)
}

async function writeCsv(sheet: Sheet, path: string, chunks: AsyncIterable<string[]>) {
  const csv = await openCsv(path, Object.values(sheet.columns))
  try {
    for await (const lines of chunks) await csv.append(lines, lines.length)
    const { bytes, sha256 } = await csv.finish()
    return { bytes, sha256 }
  } finally {
    await csv.abandon()
  }
}

async function writePackage(sheet: Sheet, path: string, chunks: AsyncIterable<string[]>) {
  const { entity, name, columns } = sheet
  if (!entity) throw new TypeError('a sheet without an entity is no package')
  const fields = Object.values(columns)
  const content = { name, entity, fields }
  const data = async function* () {
    yield asUnicode(`${fields.join(',')}\r\n`)
    for await (const lines of chunks) yield Buffer.from(lines.join(''), 'utf16le')
  }
  try {
    return await writeZip(path, [
      { name: 'Manifest.xml', bytes: only(asUnicode(manifestXml(content))) },
      { name: 'PackageHeader.xml', bytes: only(asUnicode(packageHeaderXml(content))) },
      { name: dataFile(entity), bytes: data() },
    ])
  } catch (cause) {
    if (!isFileFault(cause)) throw cause
    return unwritable(path, cause)
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- the archive wants streams
async function* only(bytes: Buffer): AsyncGenerator<Buffer, void, void> {
  yield bytes
}

function isFileFault(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}
