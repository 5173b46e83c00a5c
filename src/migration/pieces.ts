import type { LiveDdl } from '../database/dialect.ts'

/** Statements that are one transaction, or one statement that cannot be part of any. */
export interface Piece<One> {
  readonly all: readonly One[]
  readonly isApart: boolean
}

/**
 * Cuts DDL into pieces of which each locks as little as can be: one table, unless a group needs
 * more at once. What locks nothing goes with what stands before it. Pure, and the same for the same
 * statements: how many are done says where to go on.
 */
export function piecesOf<One extends { readonly group?: string }>(
  ddl: LiveDdl,
  ones: readonly One[],
  statementOf: (one: One) => string | null,
): Piece<One>[] {
  const pieces: { all: One[]; isApart: boolean; table: string | null }[] = []
  for (const one of ones) {
    const statement = statementOf(one)
    const isApart = statement !== null && ddl.isApart(statement)
    const table = statement === null ? null : ddl.tableOf(statement)
    const last = pieces.at(-1)
    const group = last?.all[0]?.group
    const isOfGroup = group !== undefined && group === one.group
    const isOfTable = group === one.group && (!last?.table || !table || last.table === table)
    if (!last || last.isApart || isApart || !(isOfGroup || isOfTable))
      pieces.push({ all: [one], isApart, table })
    else {
      last.all.push(one)
      last.table ??= table
    }
  }
  return pieces
}
