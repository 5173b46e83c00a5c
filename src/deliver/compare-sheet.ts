import { join } from 'node:path'
import { cellIn, cellsQuery } from '../audit/lines.ts'
import { openCsvSource } from '../csv/read.ts'
import type { Database } from '../database/database.ts'
import { P2cError } from '../errors.ts'
import { dataFile } from './data-package.ts'
import type { Sheet } from './sheet.ts'
import { partOf, type DeliveredFile } from './write-sheet.ts'
import { zipEntry } from './zip.ts'

/**
 * Reads what was written back, and compares it with what the snapshot has: every row and value.
 *
 * @throws P2cError DELIVERY_DAMAGED
 */
export async function compareSheet(
  snapshot: Database,
  sheet: Sheet,
  out: string,
  files: readonly DeliveredFile[],
): Promise<void> {
  const { shape, part } = partOf(sheet)
  const written = rowsOf(sheet, out, files)
  try {
    for await (const rows of snapshot.stream<Record<string, string>>(
      cellsQuery(snapshot, shape, part),
    ))
      for (const row of rows) {
        const should = shape.columns.map(column => row[cellIn(0, column)] ?? '')
        const next = await written.next()
        if (next.done) throw damaged(sheet, 'fewer rows than there must be')
        const at = should.findIndex((value, i) => value !== next.value.values[i])
        if (at < 0) continue
        const { file, line, values } = next.value
        throw damaged(
          sheet,
          `${JSON.stringify(values[at])} where ${JSON.stringify(should[at])} must be, in ${file}, line ${line}, column ${String(shape.columns[at])}`,
        )
      }
    if (!(await written.next()).done) throw damaged(sheet, 'more rows than there must be')
  } finally {
    await written.return()
  }
}

interface WrittenRow {
  readonly file: string
  readonly line: number
  readonly values: readonly string[]
}

async function* rowsOf(
  sheet: Sheet,
  out: string,
  files: readonly DeliveredFile[],
): AsyncGenerator<WrittenRow, void, void> {
  const { entity } = sheet
  for (const { name } of files) {
    const path = join(out, name)
    const source = entity
      ? await openCsvSource(path, () => zipEntry(path, dataFile(entity)))
      : await openCsvSource(path)
    if (source.header.join() !== Object.values(sheet.columns).join())
      throw damaged(sheet, `the header ${source.header.join()} in ${name}`)
    for await (const records of source.records())
      for (const { line, values, problem } of records) {
        if (problem) throw damaged(sheet, `${problem.message} in ${name}, line ${line}`)
        yield { file: name, line, values }
      }
  }
}

function damaged({ name }: Sheet, found: string): P2cError {
  return new P2cError('DELIVERY_DAMAGED', {
    what: `the files of ${name} are not as the database has it`,
    must: 'every row and value, read back as it was written',
    found,
    next: 'Look at the disk; run the same command again into another folder',
  })
}
