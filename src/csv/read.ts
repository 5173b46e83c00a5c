import { CsvError, parse } from 'csv-parse/sync'
import { exitStatus, P2cError } from '../errors.ts'
import { bytesOf, isValidText, readable, textOf, type Bytes } from './decode.ts'
import { delimiterOf, fieldsOf, RecordSplitter, type Delimiter, type RawRecord } from './split.ts'

/** Why a record cannot be taken. */
export interface CsvProblem {
  readonly code: 'QUOTING_BROKEN' | 'ENCODING_INVALID' | 'FIELD_COUNT_WRONG'
  /** The header of the column; empty where the whole record is meant. */
  readonly column: string
  readonly message: string
}

export interface CsvRecord {
  /** The line on which the record begins; the header's is 1. */
  readonly line: number
  /** The record as it stands in the file. */
  readonly raw: string
  /** As many as the header has; none where there is a problem. */
  readonly values: readonly string[]
  readonly problem: CsvProblem | null
}

export interface CsvSource {
  readonly path: string
  readonly header: readonly string[]
  readonly delimiter: Delimiter
  /** The records behind the header, in chunks. Each call reads the file anew. */
  records(): AsyncGenerator<readonly CsvRecord[], void, void>
}

const chunkRows = 128

/**
 * Opens a CSV file (RFC 4180; comma, semicolon or tab, found out from the header; UTF-8 or UTF-16;
 * LF, CRLF or CR between records; `.gz` unpacked).
 *
 * @param bytes what stands in the file, where it lies inside another
 * @throws P2cError CSV_UNREADABLE, CSV_EMPTY, CSV_HEADER_INVALID (exit 2)
 */
export async function openCsvSource(
  path: string,
  bytes: () => Bytes = () => bytesOf(path),
): Promise<CsvSource> {
  const first = await firstRecord(path, bytes)
  if (first === undefined) throw noHeader(path)
  const delimiter = delimiterOf(first.raw)
  const header = headerOf(path, first, delimiter)
  return {
    path,
    header,
    delimiter,
    records: () => recordsOf(path, bytes, header, delimiter),
  }
}

async function firstRecord(path: string, bytes: () => Bytes): Promise<RawRecord | undefined> {
  const splitter = new RecordSplitter(path)
  for await (const text of readText(path, bytes())) {
    splitter.feed(text)
    const record = splitter.next()
    if (record) return record
  }
  splitter.end()
  return splitter.next()
}

function headerOf(path: string, { raw, quotes }: RawRecord, delimiter: Delimiter): string[] {
  const header = quotes === 'broken' || !isValidText(raw) ? undefined : tryParse(raw, delimiter)
  if (header) return header
  throw new P2cError('CSV_HEADER_INVALID', {
    what: `the header of ${path} cannot be read`,
    must: 'names in UTF-8 or UTF-16, quoted where they hold a delimiter',
    found: readable(raw).slice(0, 200),
    next: 'Mend the first line of the file',
    exit: exitStatus.usage,
  })
}

async function* recordsOf(
  path: string,
  bytes: () => Bytes,
  header: readonly string[],
  delimiter: Delimiter,
): AsyncGenerator<readonly CsvRecord[], void, void> {
  const splitter = new RecordSplitter(path)
  splitter.delimiter = delimiter
  let isHeader = true
  let chunk: RawRecord[] = []
  function* full() {
    for (let record = splitter.next(); record; record = splitter.next()) {
      if (!isHeader) chunk.push(record)
      isHeader = false
      if (chunk.length < chunkRows) continue
      yield takeApart(chunk, header, delimiter)
      chunk = []
    }
  }
  for await (const text of readText(path, bytes())) {
    splitter.feed(text)
    yield* full()
  }
  splitter.end()
  yield* full()
  if (chunk.length > 0) yield takeApart(chunk, header, delimiter)
}

function takeApart(
  records: readonly RawRecord[],
  header: readonly string[],
  delimiter: Delimiter,
): CsvRecord[] {
  const areValid = isValidText(records.map(record => record.raw).join(''))
  return records.map(record => {
    const { line, raw } = record
    if (!areValid && !isValidText(raw)) return refused(line, readable(raw), notText)
    if (record.quotes === 'broken') return refused(line, raw, brokenQuotes(raw, header, delimiter))
    const values = record.quotes === 'none' ? raw.split(delimiter) : fieldsOf(raw, delimiter)
    return values.length === header.length
      ? { line, raw, values, problem: null }
      : refused(line, raw, wrongCount(values.length, header.length))
  })
}

function parseAll(text: string, delimiter: Delimiter): string[][] {
  return text === ''
    ? []
    : parse(text, { delimiter, record_delimiter: '\n', relax_column_count: true })
}

function tryParse(raw: string, delimiter: Delimiter): string[] | undefined {
  try {
    return parseAll(raw, delimiter)[0]
  } catch (error) {
    if (error instanceof CsvError) return undefined
    throw error
  }
}

function refused(line: number, raw: string, problem: CsvProblem): CsvRecord {
  return { line, raw, values: [], problem }
}

const notText: CsvProblem = {
  code: 'ENCODING_INVALID',
  column: '',
  message: 'the row holds bytes that are no text in the encoding of the file',
}

function brokenQuotes(raw: string, header: readonly string[], delimiter: Delimiter): CsvProblem {
  // The field in which the parser gives up; the number of quotes is odd if it does not.
  let at = 0
  try {
    parseAll(raw, delimiter)
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    at = Number(error['column'] ?? 0)
  }
  return {
    code: 'QUOTING_BROKEN',
    column: header[at] ?? '',
    message: `field ${at + 1} has a quotation mark that is not doubled, not at its border, or not closed`,
  }
}

function wrongCount(found: number, needed: number): CsvProblem {
  return {
    code: 'FIELD_COUNT_WRONG',
    column: '',
    message: `the row has ${found} fields, the header has ${needed}`,
  }
}

async function* readText(path: string, bytes: Bytes): AsyncGenerator<string, void, void> {
  try {
    yield* textOf(bytes)
  } catch (cause) {
    throw new P2cError('CSV_UNREADABLE', {
      what: `${path} cannot be read`,
      must: 'a CSV file that this user may read, or one packed by gzip and whole',
      found: cause instanceof Error ? cause.message : String(cause),
      next: 'Look at the file and at its rights',
      exit: exitStatus.usage,
      cause,
    })
  }
}

function noHeader(path: string): P2cError {
  return new P2cError('CSV_EMPTY', {
    what: `${path} is empty`,
    must: 'a header with the names of the columns',
    next: 'Export it again, or remove it from the folder',
    exit: exitStatus.usage,
  })
}
