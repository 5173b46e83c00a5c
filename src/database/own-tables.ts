import type { Database } from './database.ts'
import type { Dialect } from './dialect.ts'

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

  /** Who holds the lock: for the message to those who find it taken, and for the fence. One row. */
  p2c_lock: `
    id integer NOT NULL PRIMARY KEY CHECK (id = 1),
    run_id text NOT NULL,
    fence bigint NOT NULL`,

  /**
   * What happened, ever. Whoever begins later has the higher `fence`; a run that took part in
   * another has none, and names that one in `joined`. `outcome` is null while the run is under way,
   * or was killed. From `step` on: where it stands, with the last batch that was committed and the
   * recent speed.
   */
  p2c_run: `
    run_id text NOT NULL PRIMARY KEY,
    fence bigint UNIQUE,
    joined text,
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
    total bigint,
    batch_rows bigint,
    batch_millis integer,
    batch_on text,
    rows_per_second real`,

  /**
   * What is applied now. \`phase\` says how far a migration got: schema:C.P, backfill, work, verify,
   * done; undoing, undoing:N.
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

  /**
   * Numbers that triggers gave, and at a rollback all that p2c gave: whoever is upgraded again
   * gets the old one. \`row_key\` is a GUID as it compares. \`is_new\` is 1 of a row that came since
   * the last sync, which need not be noted in p2c_changed_row then.
   */
  p2c_given_number: `
    sequence text NOT NULL,
    row_key text NOT NULL,
    number text NOT NULL,
    is_new integer NOT NULL DEFAULT 0,
    PRIMARY KEY (sequence, row_key)`,

  /** What a BEFORE trigger hands to its AFTER trigger; at most one row per table stays behind. */
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

  /** Positions of a plan that are not done: whoever works on it takes some, see backfill/claims.ts. */
  p2c_claim: `
    migration text NOT NULL,
    first_position bigint NOT NULL,
    last_position bigint NOT NULL,
    PRIMARY KEY (migration, first_position)`,

  /** A batch that is committed: which positions were done, or undone, by which run. */
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
    rejected_on text NOT NULL,
    PRIMARY KEY (table_name, row_key, migration)`,

  /**
   * One execution of one task of the sync, in both legs. Executions that are begun together are a
   * session. `state` is waiting, running, finished, or superseded by a later one; `leg` the leg that is
   * under way; `tally` what was counted in those before, as JSON.
   */
  p2c_sync_execution: `
    execution_id integer NOT NULL PRIMARY KEY,
    session integer NOT NULL,
    run_id text NOT NULL,
    template text NOT NULL,
    task text NOT NULL,
    mode text NOT NULL,
    state text NOT NULL,
    leg text NOT NULL,
    tally text NOT NULL,
    started_on text NOT NULL,
    finished_on text`,

  /**
   * The parts of the leg that is under way: rows with keys behind `after_key`, up to and with `last_key`,
   * or to the end where that is null. Done up to and with `leg_cursor`; `done` rows were walked,
   * `tally` is what was counted, as JSON.
   */
  p2c_sync_part: `
    execution_id integer NOT NULL,
    after_key text NOT NULL,
    last_key text,
    leg_cursor text NOT NULL,
    done bigint NOT NULL,
    tally text NOT NULL,
    PRIMARY KEY (execution_id, after_key)`,

  /**
   * The records that a task wrote into CDS: they are its own, and no other task touches them. The
   * outcomes are those of the executions named beside them; later executions left the record
   * unchanged, and write nothing here. Where the second leg has none of its own, it had the same
   * outcome in the same execution. Read it through p2c_sync_outcome.
   */
  p2c_sync_record: `
    task text NOT NULL,
    key text NOT NULL,
    source_id text NOT NULL,
    execution_id integer NOT NULL,
    source_cds text NOT NULL,
    destination_execution_id integer,
    cds_destination text,
    PRIMARY KEY (task, key)`,

  /**
   * Contacts and accounts that somebody wrote, or deleted, since the sync last took them up; triggers
   * write it. `row_key` is a GUID as it compares, or `*` for all rows of the table.
   */
  p2c_changed_row: `
    table_name text NOT NULL,
    row_key text NOT NULL,
    PRIMARY KEY (table_name, row_key)`,

  /** Of these, what the session of the sync that is under way has taken up. */
  p2c_taken_row: `
    table_name text NOT NULL,
    row_key text NOT NULL,
    PRIMARY KEY (table_name, row_key)`,

  /**
   * Customers and contact persons that Finance and Operations has, as it exported them: the sync must
   * not overwrite somebody else. `entity` is CustomersV2 or CDSContactPersons; `account` is the number of the
   * customer of a contact person, else empty; `is_ours` is 1 where Sales maintains the record.
   */
  p2c_finops_party: `
    entity text NOT NULL,
    company text NOT NULL,
    number text NOT NULL,
    account text NOT NULL,
    name text NOT NULL,
    is_ours integer NOT NULL,
    PRIMARY KEY (entity, company, number, account)`,

  /** Files that were made to be handed over: whoever undoes the upgrade has to know of them. */
  p2c_delivery: `
    run_id text NOT NULL PRIMARY KEY,
    kind text NOT NULL,
    folder text NOT NULL,
    rows bigint NOT NULL,
    delivered_on text NOT NULL`,

  /** Rows that the sync rejected the last time it saw them. */
  p2c_sync_reject: `
    task text NOT NULL,
    leg text NOT NULL,
    source_id text NOT NULL,
    key text,
    code text NOT NULL,
    message text NOT NULL,
    execution_id integer NOT NULL,
    rejected_on text NOT NULL,
    PRIMARY KEY (task, leg, source_id)`,
} as const

/** Tables that are written in the order of their key, and large. */
const clustered: ReadonlySet<string> = new Set<OwnTable>([
  'p2c_given_number',
  'p2c_sync_record',
  'p2c_changed_row',
  'p2c_taken_row',
])

/**
 * What the last execution of each task did with every record, in both legs: a row per template,
 * leg and source row that it took or rejected. A leg that was not reached yet has none.
 */
const syncOutcome = `p2c_sync_outcome AS
  SELECT x.template, r.task, 'source-cds' AS leg, r.source_id, r.key,
    CASE WHEN r.execution_id >= x.execution_id THEN r.source_cds ELSE 'unchanged' END AS outcome,
    CAST(NULL AS text) AS code, CAST(NULL AS text) AS message
  FROM p2c_sync_record r
  JOIN (SELECT template, task, max(execution_id) AS execution_id FROM p2c_sync_execution WHERE mode <> 'retry' AND state <> 'waiting' GROUP BY template, task) x ON x.task = r.task
  WHERE NOT EXISTS (SELECT 1 FROM p2c_sync_reject j WHERE j.task = r.task AND j.leg = 'source-cds' AND j.source_id = r.source_id)
  UNION ALL
  SELECT x.template, r.task, 'cds-destination', r.source_id, r.key,
    CASE
      WHEN r.destination_execution_id >= r.execution_id THEN CASE WHEN r.destination_execution_id >= x.execution_id THEN r.cds_destination ELSE 'unchanged' END
      WHEN r.execution_id >= x.execution_id THEN r.source_cds
      ELSE 'unchanged'
    END,
    NULL, NULL
  FROM p2c_sync_record r
  JOIN (SELECT template, task, max(execution_id) AS execution_id FROM p2c_sync_execution WHERE mode <> 'retry' AND state <> 'waiting' GROUP BY template, task) x ON x.task = r.task
  WHERE NOT EXISTS (SELECT 1 FROM p2c_sync_reject j WHERE j.task = r.task AND j.leg = 'cds-destination' AND j.source_id = r.source_id)
    AND NOT EXISTS (SELECT 1 FROM p2c_sync_execution y WHERE y.execution_id = r.execution_id AND y.state = 'running' AND (y.leg = 'source-cds' OR NOT EXISTS (SELECT 1 FROM p2c_sync_part p WHERE p.execution_id = y.execution_id AND r.key > p.after_key AND r.key <= p.leg_cursor)))
  UNION ALL
  SELECT DISTINCT x.template, j.task, j.leg, j.source_id, j.key, 'rejected', j.code, j.message
  FROM p2c_sync_reject j
  JOIN p2c_sync_execution x ON x.task = j.task`

export type OwnTable = keyof typeof tables

/** Makes the tables that are missing; harmless where they are there. */
export async function makeOwnTables(db: Database): Promise<void> {
  await db.transaction(() => db.script(ownTableStatements(db.dialect).join(';\n')))
}

/** The DDL of makeOwnTables. Text sorts and compares as its bytes, on every engine alike. */
export function ownTableStatements(dialect: Dialect): string[] {
  const typed = (columns: string) => columns.replaceAll(/ text\b/g, ` ${dialect.bytewiseText.sql}`)
  const suffix = (name: string) => (clustered.has(name) ? ` ${dialect.clusteredByKey.sql}` : '')
  return [
    ...Object.entries(tables).map(
      ([name, columns]) =>
        `CREATE TABLE IF NOT EXISTS ${name} (${typed(columns)}\n)${suffix(name)}`,
    ),
    'CREATE INDEX IF NOT EXISTS p2c_given_number_new ON p2c_given_number (sequence) WHERE is_new = 1',
    ...dialect.sequences.tables(),
    `${dialect.createViewIfMissing.sql} ${syncOutcome}`,
  ]
}

/** Whether p2c has ever worked on this database. */
export async function hasOwnTables(db: Database): Promise<boolean> {
  return (await db.dialect.describeTable(db, 'p2c_migration')) !== undefined
}
