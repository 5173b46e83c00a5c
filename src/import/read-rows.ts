import { openCsvSource, type CsvRecord } from '../csv/read.ts'
import type { BoundRow } from '../database/dialect.ts'
import type { ColumnType } from '../domain/sales.ts'
import { timeParserOf } from './times.ts'
import { Refusal, valueParser, type StoredValue, type ValueParser } from './values.ts'

/** What is to be read of a file; nothing that another thread could not be told. */
export interface Reading {
  readonly path: string
  readonly columns: readonly ReadColumn[]
  /** The place of the key among the columns. */
  readonly keyAt: number
  /** For dates that are not ISO 8601. */
  readonly dateFormat: string | undefined
}

export interface ReadColumn {
  /** Its place in a row. */
  readonly at: number
  /** As it stands in the file. */
  readonly header: string
  readonly type: ColumnType
  /** The type of a customer is stored as 1 or 2. */
  readonly typeCodes: boolean
}

/** Some rows of a file, in its order. */
export interface ReadRows {
  /** The line, and the values of the columns, as they are stored. */
  readonly rows: readonly BoundRow[]
  readonly rejects: readonly ReadReject[]
}

/** A row that cannot be taken, with its first problem. The record is null where it holds a NUL. */
export type ReadReject = readonly [
  line: number,
  field: string,
  code: string,
  message: string,
  record: string | null,
]

/**
 * Reads a file and validates it.
 *
 * @throws P2cError CSV_UNREADABLE, CSV_LINE_TOO_LONG
 */
export async function* readRows(reading: Reading): AsyncGenerator<ReadRows, void, void> {
  const source = await openCsvSource(reading.path)
  const time = reading.dateFormat === undefined ? undefined : timeParserOf(reading.dateFormat)
  const columns = reading.columns.map(({ at, header, type, typeCodes }) => ({
    at,
    header,
    parse: valueParser(type, { ...(time && { time }), typeCodes }),
  }))
  for await (const records of source.records()) {
    const rows: BoundRow[] = []
    const rejects: ReadReject[] = []
    for (const record of records) {
      const { values, problem } = storedRow(columns, reading.keyAt, record)
      if (problem) rejects.push(rejectOf(record, problem))
      else rows.push(values)
    }
    yield { rows, rejects }
  }
}

interface ParsedColumn {
  readonly at: number
  readonly header: string
  readonly parse: ValueParser
}

type Problem = readonly [field: string, code: string, message: string]

function storedRow(
  columns: readonly ParsedColumn[],
  keyAt: number,
  record: CsvRecord,
): { values: StoredValue[]; problem?: Problem } {
  if (record.problem) {
    const { column, code, message } = record.problem
    return { values: [], problem: [column, code, message] }
  }
  const values: StoredValue[] = [record.line]
  for (const { at, header, parse } of columns) {
    const value = parse(record.values[at] ?? '')
    if (value instanceof Refusal) return { values, problem: [header, value.code, value.message] }
    values.push(value)
  }
  const isKeyed = values[keyAt + 1] !== null
  const header = columns[keyAt]?.header ?? ''
  return isKeyed ? { values } : { values, problem: [header, 'KEY_MISSING', 'the row has no key'] }
}

/**
 * A NUL character is no text to PostgreSQL: names and messages show a sign for it, and a record
 * that holds one is not kept, but read again.
 */
function rejectOf({ line, raw }: CsvRecord, problem: Problem): ReadReject {
  const [field, code, message] = problem.map(text => text.replaceAll('\0', '\u2400'))
  return [line, field ?? '', code ?? '', message ?? '', raw.includes('\0') ? null : raw]
}
