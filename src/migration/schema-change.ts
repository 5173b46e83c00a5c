import { findColumn } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import type { LiveNumber, SchemaObject } from '../database/dialect.ts'
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

/** What a change does: its statements, of which some may have to be replaced by others. */
export interface ChangeStatements {
  readonly up: readonly (string | Attempt)[]
  readonly down: readonly string[]
}

/**
 * One change of the schema, as data: it tells its statements and runs none. What is there already
 * is left alone, and then not taken back either; so the statements depend on the database.
 */
export interface SchemaChange {
  /** For instance `add contact.msdynce_contactnumber`. */
  readonly title: string
  statements(db: Database): Promise<ChangeStatements>
}

const nothing: Statements = { up: [], down: [] }

/** Adds a column, empty and without default; names are logical. */
export function addColumn(table: string, column: string, type: ColumnType): SchemaChange {
  return {
    title: `add ${table}.${column}`,
    statements: async db => {
      if (await findColumn(db, table, column)) return nothing
      const on = db.names.table(table)
      const name = db.names.column(column)
      return {
        up: [textOf(sql`ALTER TABLE ${on} ADD COLUMN ${name} ${raw(db.dialect.columnType(type))}`)],
        down: [dropColumn(db, table, column)],
      }
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
    statements: db => {
      const { text } = formatOf(db, name)
      const { seed } = db.config.numbering[name]
      return Promise.resolve({ up: db.dialect.sequences.make(name, text, seed), down: [] })
    },
  }
}

/**
 * Makes the triggers and indexes that serve rows of other programs at once. The sequences first
 * go past the numbers that rows have, so that no trigger gives one of these again.
 */
export function liveNumbersAndFlags(
  numbers: readonly (Omit<LiveNumber, 'format'> & { readonly sequence: SequenceName })[],
): SchemaChange {
  return {
    title: 'number and flag new rows by triggers',
    statements: db => {
      const complete = numbers.map(number => ({ ...number, format: formatOf(db, number.sequence) }))
      const { up, down } = statementsOf(db.dialect.liveSchema(db, complete))
      return Promise.resolve({ up: [...complete.map(number => passKept(db, number)), ...up], down })
    },
  }
}

function passKept(db: Database, { table, column, sequence, format }: LiveNumber): string {
  const kept = db.dialect.sequenceNumber(format, db.names.column(column))
  const highest = sql`(SELECT max(${kept}) FROM ${db.names.table(table)})`
  return db.dialect.sequences.advancePast(sequence, highest)
}

/**
 * Makes sure that no number is there twice. Where there are doubles already, and `check` was told
 * to accept them, an index that is not unique keeps look-ups fast.
 */
export function uniqueNumber(table: 'account' | 'contact', column: string): SchemaChange {
  return {
    title: `make ${table}.${column} unique`,
    statements: db => {
      const name = identifier(`p2c_${table}_number_key`)
      const on = sql`INDEX ${name} ON ${db.names.table(table)} (${db.names.column(column)})`
      return Promise.resolve({
        up: [{ attempt: textOf(sql`CREATE UNIQUE ${on}`), otherwise: textOf(sql`CREATE ${on}`) }],
        down: [textOf(sql`DROP INDEX ${name}`)],
      })
    },
  }
}

/** Makes schema objects, in their order. */
export function makeObjects(
  title: string,
  objects: (db: Database) => readonly SchemaObject[],
): SchemaChange {
  return { title, statements: db => Promise.resolve(statementsOf(objects(db))) }
}

/** Empties own tables when the migration is undone. */
export function forgetOnUndo(...tables: readonly string[]): SchemaChange {
  return {
    title: `forget ${tables.join(', ')} when undone`,
    statements: () =>
      Promise.resolve({
        up: [],
        down: tables.map(table => textOf(sql`DELETE FROM ${identifier(table)}`)),
      }),
  }
}

/**
 * Runs the statements of a change, inside a transaction; gives back those that undo them.
 *
 * @returns what undoes the change, in order
 */
export async function applyChange(db: Database, change: SchemaChange): Promise<readonly string[]> {
  const { up, down } = await change.statements(db)
  for (const statement of up)
    await (typeof statement === 'string' ? db.script(statement) : tryOut(db, statement))
  return down
}

async function tryOut(db: Database, { attempt, otherwise }: Attempt): Promise<void> {
  await db.script('SAVEPOINT p2c_attempt')
  try {
    await db.script(attempt)
  } catch (error) {
    if (db.dialect.faultOf(error) !== 'row') throw error
    await db.script('ROLLBACK TO SAVEPOINT p2c_attempt')
    await db.script(otherwise)
  }
  await db.script('RELEASE SAVEPOINT p2c_attempt')
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
    const statements = await change.statements(db)
    up.push(...statements.up.map(one => (typeof one === 'string' ? one : one.attempt)))
    down.unshift(...statements.down)
  }
  return { up, down }
}

function statementsOf(objects: readonly SchemaObject[]): Statements {
  return {
    up: objects.map(object => object.create),
    down: objects.map(object => object.drop).reverse(),
  }
}
