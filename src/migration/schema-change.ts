import { findColumn } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import type { LiveNumber, SchemaDeed, SchemaObject } from '../database/dialect.ts'
import type { ColumnType } from '../domain/sales.ts'
import { identifier, raw, sql, textOf } from '../domain/sql.ts'
import { formatOf, type SequenceName } from '../numbering/sequence.ts'

/** Statements that do something to the schema, and those that take it back, last first. */
export interface Statements {
  readonly up: readonly string[]
  readonly down: readonly string[]
}

/** A statement that the data may refuse, and the one that does instead. */
export interface Attempt {
  readonly attempt: string
  readonly otherwise: string
}

/** One statement of a change, with the one that takes it back. */
export interface Move {
  /** null where there is only something to take back. */
  readonly up: string | Attempt | null
  readonly down: string | null
  /** See SchemaObject. */
  readonly group?: string
}

/**
 * One change of the schema, as data: it tells its statements and runs none. What is there already
 * is left alone, and then not taken back either; so the statements depend on the database.
 */
export interface SchemaChange {
  /** For instance `add contact.msdynce_contactnumber`. */
  readonly title: string
  /** In order; they are taken back from the last to the first. */
  moves(db: Database): Promise<readonly Move[]>
}

/** Adds a column, empty and without default; names are logical. */
export function addColumn(table: string, column: string, type: ColumnType): SchemaChange {
  return {
    title: `add ${table}.${column}`,
    moves: async db => {
      if (await findColumn(db, table, column)) return []
      const on = db.names.table(table)
      const name = db.names.column(column)
      const up = sql`ALTER TABLE ${on} ADD COLUMN ${name} ${raw(db.dialect.columnType(type))}`
      return [{ up: textOf(up), down: dropColumn(db, table, column) }]
    },
  }
}

/**
 * The statement that undoes addColumn. Never knex's dropColumn: it rebuilds the table, and
 * cascading children lose their rows.
 */
export function dropColumn(db: Database, table: string, column: string): string {
  return textOf(sql`ALTER TABLE ${db.names.table(table)} DROP COLUMN ${db.names.column(column)}`)
}

/** Makes a number sequence, at its seed; one that is there keeps its place for ever. */
export function numberSequence(name: SequenceName): SchemaChange {
  return {
    title: `make the number sequence ${name}`,
    moves: db => {
      const { text } = formatOf(db, name)
      const { seed } = db.config.numbering[name]
      const statements = db.dialect.sequences.make(name, text, seed)
      return Promise.resolve(statements.map(up => ({ up, down: null })))
    },
  }
}

/** Makes the triggers and indexes that serve rows of other programs at once. */
export function liveNumbersAndFlags(
  numbers: readonly (Omit<LiveNumber, 'format'> & { readonly sequence: SequenceName })[],
): SchemaChange {
  return makeObjects('number and flag new rows by triggers', db =>
    db.dialect.liveSchema(
      db,
      numbers.map(number => ({ ...number, format: formatOf(db, number.sequence) })),
    ),
  )
}

/**
 * Makes sure that no number is there twice. Where there are doubles already, and `check` was told
 * to accept them, an index that is not unique keeps look-ups fast.
 */
export function uniqueNumber(table: 'account' | 'contact', column: string): SchemaChange {
  return {
    title: `make ${table}.${column} unique`,
    moves: db => {
      const name = identifier(`p2c_${table}_number_key`)
      const on = sql`INDEX ${name} ON ${db.names.table(table)} (${db.names.column(column)})`
      const up = { attempt: textOf(sql`CREATE UNIQUE ${on}`), otherwise: textOf(sql`CREATE ${on}`) }
      return Promise.resolve([{ up, down: textOf(sql`DROP INDEX ${name}`) }])
    },
  }
}

/** Makes schema objects, in their order. */
export function makeObjects(
  title: string,
  objects: (db: Database) => readonly (SchemaObject | SchemaDeed)[],
): SchemaChange {
  return {
    title,
    moves: db =>
      Promise.resolve(
        objects(db).map(({ create, drop, ...rest }) => ({ ...rest, up: create, down: drop })),
      ),
  }
}

/** Empties own tables when the migration is undone. */
export function forgetOnUndo(...tables: readonly string[]): SchemaChange {
  return {
    title: `forget ${tables.join(', ')} when undone`,
    moves: () =>
      Promise.resolve(
        tables.map(table => ({ up: null, down: textOf(sql`DELETE FROM ${identifier(table)}`) })),
      ),
  }
}

/**
 * The statements of several changes, one after the other, as they are where no data refuses one;
 * undone from the last to the first.
 */
export async function allStatements(
  db: Database,
  changes: readonly SchemaChange[],
): Promise<Statements> {
  const up: string[] = []
  const down: string[] = []
  for (const change of changes) {
    const moves = await change.moves(db)
    for (const move of moves) if (move.up !== null) up.push(firstOf(move.up))
    down.unshift(...takingBack(moves))
  }
  return { up, down }
}

/** What takes moves back, in order. */
export function takingBack(moves: readonly Move[]): string[] {
  return moves.flatMap(({ down }) => (down === null ? [] : [down])).reverse()
}

/** The statement that is tried first. */
export function firstOf(up: string | Attempt): string {
  return typeof up === 'string' ? up : up.attempt
}
