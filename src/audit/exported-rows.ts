import { undefuse } from '../csv/field.ts'
import { openCsvSource } from '../csv/read.ts'
import { exitStatus, P2cError } from '../errors.ts'

/** A row by its columns; nothing and the empty text are the same in a file. */
export type Cells = Readonly<Record<string, string>>

/** The rows of an exported file, in their order, as they were before formulas were defused. */
export async function* exportedRows(
  path: string,
  excel: boolean,
): AsyncGenerator<Cells, void, void> {
  const source = await openCsvSource(path)
  for await (const records of source.records()) {
    for (const { line, values, problem } of records) {
      if (problem) throw unreadable(path, line, problem.message)
      yield Object.fromEntries(
        source.header.map((column, i) => {
          const value = values[i] ?? ''
          return [column, excel ? undefuse(value) : value]
        }),
      )
    }
  }
}

function unreadable(path: string, line: number, found: string): P2cError {
  return new P2cError('AUDIT_DAMAGED', {
    what: `${path}, line ${line}, cannot be read`,
    must: 'a row as "p2c audit export" writes it',
    found,
    next: 'Export anew',
    exit: exitStatus.usage,
  })
}
