import type { ColumnType } from '../domain/sales.ts'
import type { Sql } from '../domain/sql.ts'
import type { NumberFormat } from '../numbering/format.ts'
import type { Database } from './database.ts'
import type { RankedRows, Ranks } from './ranks.ts'

/** A table as the catalogue has it. Names are as they are written there. */
export interface TableInfo {
  readonly name: string
  readonly kind: 'table' | 'view' | 'partitioned table'
  readonly columns: readonly ColumnInfo[]
  /** Empty where there is no primary key. */
  readonly primaryKey: readonly string[]
}

export interface ColumnInfo {
  readonly name: string
  readonly type: string
  readonly nullable: boolean
}

/** A number that the triggers give to new rows. */
export interface LiveNumber {
  /** Logical names. */
  readonly table: 'account' | 'contact'
  readonly column: string
  /** The name in p2c_number_sequence. */
  readonly sequence: string
  readonly format: NumberFormat
}

/** A schema object that stays, with the statements that make and drop it. */
export interface SchemaObject {
  readonly name: string
  readonly create: string
  readonly drop: string
  /** Those of one group that follow each other are made in one transaction, and without others. */
  readonly group?: string
}

/** Something that is done to the schema once, and needs no taking back. */
export type SchemaDeed = Omit<SchemaObject, 'drop'> & { readonly drop: null }

/**
 * DDL while others read and write the tables: in pieces, of which each is a transaction that waits
 * for nobody longer than others can wait for it. See docs/decisions/0014.
 */
export interface LiveDdl {
  /** The table of others that a statement locks, as SQL writes it; null where it locks none. */
  tableOf(statement: string): string | null
  /** Whether a statement cannot be part of a transaction: those about indexes. */
  isApart(statement: string): boolean
  /**
   * Runs statements, and what writes down that they ran, in one transaction.
   *
   * @throws P2cError DATABASE_BUSY where others use the tables for too long
   */
  together(db: Database, statements: readonly string[], record: () => Promise<void>): Promise<void>
  /**
   * Makes or drops an index, whole or not at all; one that is made or dropped already is left so.
   *
   * @throws P2cError DATABASE_BUSY where older transactions last too long
   */
  apart(db: Database, statement: string): Promise<void>
}

/**
 * `transient`: the same statement may pass a moment later. `row`: a row is refused, by a constraint
 * or a trigger; without it the others pass. `fatal`: neither.
 */
export type Fault = 'transient' | 'row' | 'fatal'

/** How long work is to be done on this engine. */
export interface Habits {
  /** What the pace aims at for one batch. */
  readonly batchMillis: number
  /** How many connections can write at the same time. */
  readonly writers: number
  /**
   * Whether many rows are inserted in the order of their keys, so that each page of the index is met once. Else
   * in the order in which they were read, which is how they lie.
   */
  readonly insertsByKey: boolean
}

/**
 * The number sequences, by their names in p2c_number_sequence. They only ever grow, and outlive a
 * rollback.
 */
export interface Sequences {
  /** DDL of what keeps them; harmless where it is there. p2c_number_sequence is part of it. */
  tables(): string[]
  /** Statements that make a sequence at its seed; one that is there keeps its place, or goes up to it. */
  make(name: string, format: string, seed: number): string[]
  /** What the next block would begin with; 0 where nothing was ever given. Needs the own tables. */
  next(db: Database, name: string): Promise<number>
  /**
   * Takes a block of numbers for good, in the transaction that uses them: killed before that
   * commits, the next run gets the same block.
   *
   * @returns the first number, which is `atLeast` unless others took numbers meanwhile
   */
  takeBlock(db: Database, name: string, atLeast: number, count: number): Promise<number>
}

/** An INSERT … SELECT. */
export interface Insertion {
  readonly into: Sql
  /** At least one. */
  readonly columns: readonly InsertedColumn[]
  /** FROM, and whatever stands behind it. */
  readonly from: Sql
}

export interface InsertedColumn {
  readonly name: Sql
  /** The type that the column has, as SQL writes it. */
  readonly type: string
  readonly value: Sql
}

/**
 * Work tables that are made by another thread, on a connection that is opened with their name, while this
 * one writes. They are in a file of their own.
 */
export interface WorkAside {
  /** Whether such a thread would not be in the way of the one who writes. */
  isPossible(db: Database): boolean
  /** Takes over what was made, when that connection is closed: its tables are seen here as if they were made here. */
  takeOver(db: Database, name: string): Promise<void>
  /** Takes the file away, if there is one, wherever its making stands. */
  letGo(db: Database, name: string): Promise<void>
  /** Takes all files away that runs which were killed have left. */
  clear(db: Database): Promise<void>
}

/** A table that is made of the rows of a query, numbered in an order. */
export interface List {
  readonly table: Sql
  /** Whether it is an ordinary table, or else a `workTable`. */
  readonly isKept: boolean
  /** What it has behind its key, `position`. */
  readonly columns: readonly ListedColumn[]
  /** What stands behind FROM, conditions included. */
  readonly from: Sql
  /** Terms of ORDER BY, by which no two rows are the same. */
  readonly order: readonly Sql[]
}

/** A `workTable` that is made of the rows of a query, by their key. */
export interface LookUp {
  readonly table: Sql
  /** Of several rows with the same key it has one. Never NULL. */
  readonly key: ListedColumn
  readonly columns: readonly ListedColumn[]
  /** What stands behind FROM, conditions included. */
  readonly from: Sql
}

/** A column of a list, and what stands in it. */
export interface ListedColumn {
  readonly name: Sql
  readonly type: Sql
  readonly value: Sql
  /**
   * Whether to compute it takes long, and gives the same in whatever process of the server; its
   * type must be one that can be sorted by.
   */
  readonly isCostly?: boolean
}

export interface CountedInsert {
  readonly inserted: number
  /** For each condition, of how many inserted rows it held. */
  readonly counts: readonly number[]
}

/** Some rows of a table, which stand for all. */
export interface Sample {
  /** Stands behind the table and its alias in FROM. */
  readonly clause: Sql
  /** Which share of the rows they are, about. */
  readonly share: number
}

/** Values in the order of columns. */
export type BoundRow = readonly (string | number | boolean | null)[]

/**
 * Every difference between the engines that p2c runs on. A property is named after the
 * difference; nothing outside `database/` asks which engine it is.
 */
export interface Dialect {
  /** For messages and file names only. */
  readonly name: 'sqlite' | 'postgres'
  /** What knex calls this engine. */
  readonly queryBuilderClient: string
  readonly habits: Habits
  /** The type of a column in DDL. */
  columnType(type: ColumnType): string
  /** The type of text that sorts as its bytes, whatever the collation of the database. */
  readonly bytewiseText: Sql
  /** Yes or no as the flag columns hold it. */
  flag(value: boolean): Sql
  /** How a flag column's value reads in a program: true, false, or null. */
  readFlag(value: unknown): boolean | null
  /** A flag column's value as text: `true`, `false`, or NULL. */
  flagText(expression: Sql): Sql
  /** A value as `concat` takes it, where it is to say the same as `CAST(… AS text)`. */
  asText(value: Sql): Sql
  /**
   * A value as a field of a CSV file, exactly as `openCsv` writes its text: quoted where it must be,
   * for spreadsheets also defused; the empty text for NULL. A number is what the engine's text of it
   * is. Binds nothing.
   */
  csvField(value: Sql, forSpreadsheet: boolean): Sql
  /** Whether a text, or any of the texts it is joined from, needs quotes in a CSV file. */
  csvNeedsQuotes(value: Sql): Sql
  /**
   * Stands behind a query in FROM, so that each of its columns is computed once, however often the
   * query around it names them.
   */
  readonly computedOnce: Sql
  /** Order that puts the oldest first and rows without a value last. */
  ascendingNullsLast(expression: Sql): Sql
  /**
   * Text in the order of its bytes, whatever the collation of its column or of the database; a value of
   * another type in the order of what it says as text.
   *
   * @param type as the catalogue has it, where it is known
   */
  bytewise(expression: Sql, type?: string): Sql
  /**
   * What finds a row fastest while nothing rewrites the table (SQLite's rowid); null where the
   * key is as good. It may point elsewhere later, so it is always used together with the key.
   */
  rowLocator(db: Database, table: string): Promise<Sql | null>
  /** What sorts rows as they are stored; null where rowLocator does, or else the key. */
  readonly storagePlace: Sql | null
  /**
   * Whether a column that somebody else made keeps what p2c writes into it as it is: a flag, or a
   * text such as this one. Names are unquoted.
   */
  canHold(
    db: Database,
    table: string,
    column: ColumnInfo,
    value: boolean | string,
  ): Promise<boolean>
  /** Whether two names, as the catalogue has them, mean the same column. */
  areSameName(one: string, other: string): boolean
  /** A table or view by its unquoted name; undefined where there is none. */
  describeTable(db: Database, name: string): Promise<TableInfo | undefined>
  /**
   * Whether an index over this column alone, and over all rows, keeps its values apart. Takes unquoted
   * names.
   */
  isUnique(db: Database, table: string, column: string): Promise<boolean>
  /**
   * Names of other people's triggers that fire when these columns of a table are updated. Takes
   * unquoted names; a column that is not there yet fires what it would fire once it is.
   */
  triggersFired(db: Database, table: string, columns: readonly string[]): Promise<string[]>
  /**
   * Number and flags for rows that other programs write, and the indexes that they need. The
   * sequences go past the numbers that rows have, so that no trigger gives one of these again.
   */
  liveSchema(db: Database, numbers: readonly LiveNumber[]): (SchemaObject | SchemaDeed)[]
  /** Triggers that note which contacts and accounts were written, as far as those of `liveSchema` do not. */
  changeTracking(db: Database): SchemaObject[]
  /** The names of those of `liveSchema` that note what is new; none where `changeTracking` does. */
  readonly notersOfNew: readonly string[]
  /**
   * Moves what is noted to p2c_taken_row, in the transaction of the caller; but for what another
   * transaction is writing, which waits for nobody and is not missed the next time.
   */
  takeNotes(db: Database): Promise<void>
  /**
   * The same of rows that are new, where these are noted apart. To be called before, in a transaction of
   * its own: there may be many, and nobody else writes them, while what is noted of others may be
   * written again at any moment.
   */
  takeNotesOfNew(db: Database): Promise<void>
  /**
   * How the schema is changed beside others; null where whoever writes has the whole database to
   * himself, and the changes of a migration are one transaction.
   */
  readonly liveDdl: LiveDdl | null
  /** Whether all triggers of these names are there, and fire. */
  hasTriggers(db: Database, names: readonly string[]): Promise<boolean>
  /** What a failed statement says about the rows it was to write. */
  faultOf(error: unknown): Fault
  /** Whether it failed because others wrote the same rows meanwhile: fewer rows meet fewer others. */
  isContested(error: unknown): boolean
  /** The text of a number, new for every row, as an expression over its sequence number; NULL of NULL. */
  numberText(db: Database, format: NumberFormat, sequence: Sql): Sql
  /** The sequence number in a text of the format; NULL where the text is not of it. */
  sequenceNumber(format: NumberFormat, text: Sql): Sql
  /** The sequences behind the numbers; where they are kept. */
  readonly sequences: Sequences
  /**
   * The type of a column that keeps copies of a key, so that comparing both can use the key's
   * index.
   */
  typeOfKeyCopy(column: ColumnInfo): Sql
  /**
   * The type of a column that keeps exact copies of the values of another: none on SQLite, since
   * any might change a value; else the other's own.
   */
  typeOfValueCopy(column: ColumnInfo): Sql
  /**
   * A sample of a table, which takes no longer of a large one; null where there is none to be had: of
   * what is no table, or where one connection writes and nothing has to be divided. Takes an unquoted name.
   */
  sampleOf(db: Database, table: string): Promise<Sample | null>
  /**
   * Stands behind a table that is read whole, where the planner would rather go by an index, with
   * a look at a distant page for each row.
   */
  readonly readWhole: Sql
  /** Stands behind a query whose rows nobody shall change before this transaction ends. */
  readonly keptUntilCommit: Sql
  /**
   * Stands behind a query that takes its rows until this transaction ends, and leaves out those
   * that another has taken.
   */
  readonly unlessTaken: Sql
  /**
   * A mark that stays the same as long as no other program has committed anything; null where
   * nobody can tell. To be asked inside a transaction.
   */
  changeMark(db: Database): Promise<number | null>
  /**
   * A mark that stays the same as long as nobody else has committed a change of an account or a contact;
   * null where nobody can tell. To be asked inside a transaction.
   */
  salesMark(db: Database): Promise<number | null>
  /**
   * Ranks rows. Nothing else may rank meanwhile.
   */
  rank(db: Database, rows: RankedRows): Promise<Ranks>
  /** Whether a statement keeps the thread that runs it from doing anything else. */
  readonly blocksItsThread: boolean
  /** Brings rows of this program into a table, as fast as the engine takes them. */
  insertMany(
    db: Database,
    table: Sql,
    columns: readonly Sql[],
    rows: readonly BoundRow[],
  ): Promise<void>
  /** Inserts the rows of a query, and counts for how many of them each condition on its rows holds. */
  insertCounting(
    db: Database,
    insertion: Insertion,
    conditions: readonly Sql[],
  ): Promise<CountedInsert>
  /**
   * Has the planner look at a table that was just filled, or at some columns of it, where it would
   * else take it for nearly empty and go through all of it for each row of another.
   */
  renewStatistics(db: Database, table: Sql, columns?: readonly Sql[]): Promise<void>
  /** What stands behind a table that is kept in the order of its primary key. */
  readonly clusteredByKey: Sql
  /**
   * What stands behind CREATE for a table that is needed while a run lasts, and seen by all its
   * connections. What its run leaves behind when it is killed may stay.
   */
  workTable(db: Database, name: Sql): Sql
  /** Work tables that another thread makes; null where other connections make theirs meanwhile. */
  readonly workAside: WorkAside | null
  /**
   * Makes a list, whose `position` is 1, 2, 3 …, and goes on with what is inserted later.
   *
   * @returns how many rows it has
   */
  makeList(db: Database, list: List): Promise<number>
  /** Makes a table in which rows are looked up by their key. */
  makeLookUp(db: Database, lookUp: LookUp): Promise<void>
  /** How a view is made that may be there already. */
  readonly createViewIfMissing: Sql
  /** The type of a column that counts 1, 2, 3 … by itself, in the order of insertion. */
  readonly countingKey: Sql
  /**
   * Runs the statements on a copy of the schema, without data, and says what went wrong; null
   * where nothing did.
   */
  rehearse(db: Database, statements: readonly string[]): Promise<string | null>
  /**
   * Takes the lock that keeps every other p2c off this database, and gives back what releases it.
   * The lock dies with the process. undefined where another holds it.
   */
  tryLock(db: Database): Promise<(() => Promise<void>) | undefined>
  /** Whether a run holds the lock; does not take it. */
  isLocked(db: Database): Promise<boolean>
  /** Settings of the connection for long work; what is persistent is put back by `end`. */
  beginLongWork(db: Database, cacheMegabytes?: number): Promise<void>
  endLongWork(db: Database): Promise<void>
  /** What this user may not do here although the upgrade has to; empty where nothing is missing. */
  missingPermissions(db: Database): Promise<string[]>
  /**
   * How large a table is, and which share of its pages its rows take, by a sample, where a row that is
   * written gets a new version; null where it is written in its place.
   */
  pagesTaken(db: Database, table: string): Promise<{ share: number; bytes: number } | null>
  /** How large the database is, and how much room is left beside it; null where nobody can say. */
  diskSpace(db: Database): Promise<{ databaseBytes: number; freeBytes: number } | null>
  /** Where files that belong to a run on this database are put, for instance a rollback's export. */
  folderFor(db: Database, purpose: string): string
  /** Copies the whole database into a new file, whole or not at all. */
  backup(db: Database, file: string): Promise<void>
  /** The whole schema as text, own tables included; for docs and tests. */
  dumpSchema(db: Database): Promise<string>
}
