import type { Knex } from 'knex'
import type { Backfill } from '../backfill/backfill.ts'
import type { Database, Query } from '../database/database.ts'
import type { Run } from '../database/history.ts'
import type { Work } from '../events.ts'
import type { SchemaChange } from './schema-change.ts'

/**
 * What a migration file declares. The runner has the rest: order, transactions, checkpoints,
 * before-images, progress, and the way back.
 */
export interface Migration {
  /** Changes of the schema, in one transaction with the migration's row in the history. */
  readonly schema?: readonly SchemaChange[]
  /** Rows of one table that get numbers and flags, in batches that can be resumed. */
  readonly backfill?: Backfill
  /** Other long work, which must be resumable by itself; on so many connections. */
  readonly work?: (db: Database, run: Run, workers: number) => Work<unknown>
  /**
   * Truths that hold once the migration is done: each a query that finds nothing, composed with
   * the knex query builder. Their names are the report.
   */
  readonly verify?: (db: Knex) => Readonly<Record<string, Query>>
  /** Truths about each row of a table; all are asked in one scan of it. */
  readonly verifyRows?: RowTruths
}

/** What no row of a table may be, as a condition composed with the knex query builder. */
export interface RowTruths {
  readonly table: string
  readonly broken: Readonly<Record<string, (rows: Knex.QueryBuilder) => Knex.QueryBuilder>>
}

/** A migration with its name (of the file, without extension) and its checksum. */
export interface NamedMigration extends Migration {
  readonly name: string
  /** SHA-256 of the TypeScript source with LF line ends. */
  readonly checksum: string
}

/** Gives a migration file its type. */
export function defineMigration(migration: Migration): Migration {
  return migration
}
