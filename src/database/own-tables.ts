import type { Database } from './database.ts'

/**
 * The tables of p2c itself. They outlive a rollback: what was done, and which number was ever
 * given to whom, is never forgotten. Plans and journals of a backfill are made with it, see
 * `backfill/plan.ts`; the targets of the sync by a migration.
 *
 * Times are ISO 8601 UTC text on both engines, booleans 0/1.
 */
const tables = {
  p2c_setting: `
    name text NOT NULL PRIMARY KEY,
    value text NOT NULL`,

  /** Who holds the lock, for the message to those who find it taken. One row. */
  p2c_lock: `
    id integer NOT NULL PRIMARY KEY CHECK (id = 1),
    run_id text NOT NULL`,

  /** What happened, ever. `outcome` is null while the run is under way, or was killed. */
  p2c_run: `
    run_id text NOT NULL PRIMARY KEY,
    command text NOT NULL,
    started_on text NOT NULL,
    finished_on text,
    outcome text,
    actor text NOT NULL,
    host text NOT NULL,
    pid integer NOT NULL,
    version text NOT NULL,
    rows bigint NOT NULL DEFAULT 0,
    step text,
    done bigint,
    total bigint`,

  /**
   * What is applied now. \`phase\` says how far a migration got: schema, backfill, sync, done.
   * \`undo\` is the DDL that takes back what was really done, as a JSON array of statements.
   */
  p2c_migration: `
    name text NOT NULL PRIMARY KEY,
    checksum text NOT NULL,
    phase text NOT NULL,
    undo text NOT NULL,
    settings text NOT NULL,
    run_id text NOT NULL,
    started_on text NOT NULL,
    finished_on text`,

  /** Each migration applied or rolled back, ever. */
  p2c_migration_event: `
    run_id text NOT NULL,
    migration text NOT NULL,
    event text NOT NULL,
    checksum text NOT NULL,
    happened_on text NOT NULL`,

  /** \`next_value\` only ever grows. */
  p2c_number_sequence: `
    name text NOT NULL PRIMARY KEY,
    format text NOT NULL,
    next_value bigint NOT NULL`,

  /**
   * Numbers that triggers gave, and at a rollback all that p2c gave: whoever is upgraded again
   * gets the old one. \`row_key\` is a GUID as it compares.
   */
  p2c_given_number: `
    sequence text NOT NULL,
    row_key text NOT NULL,
    number text NOT NULL,
    PRIMARY KEY (sequence, row_key)`,

  /** What a BEFORE trigger hands to its AFTER trigger; empty between statements. */
  p2c_replaced: `
    source text NOT NULL,
    row_key text NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (source, row_key)`,

  /** A plan: rows in positions 1 … rows, fixed once. \`state\` is planned, done or undone. */
  p2c_backfill: `
    migration text NOT NULL PRIMARY KEY,
    table_name text NOT NULL,
    state text NOT NULL,
    rows bigint NOT NULL,
    first_number text,
    last_number text,
    planned_on text NOT NULL,
    finished_on text`,

  /** A batch that is committed: the checkpoint. The next one begins behind the highest. */
  p2c_batch: `
    migration text NOT NULL,
    direction text NOT NULL,
    last_position bigint NOT NULL,
    first_position bigint NOT NULL,
    rows bigint NOT NULL,
    millis integer NOT NULL,
    run_id text NOT NULL,
    finished_on text NOT NULL,
    PRIMARY KEY (migration, direction, last_position)`,

  /** Rows that the database refused in a backfill, with the error. */
  p2c_reject: `
    run_id text NOT NULL,
    migration text NOT NULL,
    table_name text NOT NULL,
    row_key text NOT NULL,
    code text NOT NULL,
    message text NOT NULL,
    rejected_on text NOT NULL`,

  /** One execution of one task of the sync, with its cursor in each leg. */
  p2c_sync_execution: `
    execution_id text NOT NULL PRIMARY KEY,
    run_id text NOT NULL,
    template text NOT NULL,
    task text NOT NULL,
    mode text NOT NULL,
    state text NOT NULL,
    leg text NOT NULL,
    leg_cursor text,
    done bigint NOT NULL,
    started_on text NOT NULL,
    finished_on text`,

  /**
   * The last thing that happened to each source row in each task: the key it has in the targets,
   * and inserted, updated or unchanged per leg. Null where that leg did not take it.
   */
  p2c_sync_record: `
    task text NOT NULL,
    key text NOT NULL,
    source_id text NOT NULL,
    source_cds text,
    cds_destination text,
    execution_id text NOT NULL,
    PRIMARY KEY (task, key)`,

  /** Rows that the sync rejected the last time it saw them. */
  p2c_sync_reject: `
    task text NOT NULL,
    leg text NOT NULL,
    source_id text NOT NULL,
    key text,
    code text NOT NULL,
    message text NOT NULL,
    execution_id text NOT NULL,
    rejected_on text NOT NULL,
    PRIMARY KEY (task, leg, source_id)`,
} as const

const indexes = [
  'CREATE INDEX IF NOT EXISTS p2c_given_number_number ON p2c_given_number (sequence, number)',
]

export type OwnTable = keyof typeof tables

/** Makes the tables that are missing; harmless where they are there. */
export async function makeOwnTables(db: Database): Promise<void> {
  const statements = Object.entries(tables).map(
    ([name, columns]) => `CREATE TABLE IF NOT EXISTS ${name} (${columns}\n)`,
  )
  await db.transaction(() => db.script([...statements, ...indexes].join(';\n')))
}

/** Whether p2c has ever worked on this database. */
export async function hasOwnTables(db: Database): Promise<boolean> {
  return (await db.dialect.describeTable(db, 'p2c_migration')) !== undefined
}
