import type { Config } from '../config.ts'
import type { Names } from '../domain/names.ts'
import type { Rules } from '../domain/rules.ts'
import type { Sql } from '../domain/sql.ts'
import type { Dialect } from './dialect.ts'

/** A statement: composed with `sql`, or by the knex query builder. */
export type Query = Sql | Composed

/** What knex composes and hands over with `toNative()`; p2c never lets knex run it. */
export interface Composed {
  toSQL(): { toNative(): { sql: string; bindings: readonly unknown[] } }
}

export type Row = Readonly<Record<string, unknown>>

/** One connection to the Sales database, and what is needed to speak to it. */
export interface Database {
  readonly config: Config
  readonly dialect: Dialect
  readonly names: Names
  readonly rules: Rules
  /** Where the database is, without secrets. */
  readonly identity: string
  /** All rows of a query that returns few. */
  rows<T extends object = Row>(query: Query): Promise<T[]>
  /** The first row; undefined where there is none. */
  row<T extends object = Row>(query: Query): Promise<T | undefined>
  /** Runs a statement that returns nothing; says how many rows it touched. */
  change(query: Query): Promise<number>
  /**
   * The rows of a query that returns many, in chunks, with flat memory. Nothing else may run on
   * this connection meanwhile.
   */
  stream<T extends object = Row>(query: Query, chunkRows?: number): AsyncIterable<T[]>
  /**
   * The same of a query that gives one text for each row, which is quicker to have than a row. Of a
   * connection on which it is not read to its end nothing may be wanted any more but to be closed.
   */
  texts(query: Sql, chunkRows?: number): AsyncIterable<string[]>
  /** Runs DDL: one statement, or several with semicolons between them, that bind nothing. */
  script(statements: string): Promise<void>
  /**
   * Runs the work in one transaction: all of it is kept, or nothing. The transaction may write
   * from its beginning; one inside another is a mistake of ours and throws.
   */
  transaction<T>(work: () => Promise<T>): Promise<T>
  /**
   * What is asked at the end of each transaction, inside it, from now on; where it throws, the
   * transaction is taken back. null: nothing any more.
   */
  beforeCommit(check: (() => Promise<void>) | null): void
  /** How long the transaction under way has been at it; 0 where there is none. */
  transactionMillis(): number
  /**
   * Another connection, on which the database stays as it is at this moment, whatever others
   * write meanwhile, until it is closed. It cannot write.
   */
  snapshot(): Promise<Database>
  /** Another connection to the same database. */
  another(): Promise<Database>
  close(): Promise<void>
}
