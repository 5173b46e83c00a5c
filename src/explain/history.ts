import { changesOf } from '../backfill/changes.ts'
import type { Database } from '../database/database.ts'
import { field } from '../domain/names.ts'
import { join, raw, sql } from '../domain/sql.ts'
import type { ContactFacts, HistoryEntry } from './story.ts'

/**
 * What p2c did with a contact, oldest first: what its backfills changed or could not change, the
 * number that a trigger gave, and when the sync took it last.
 */
export async function historyOf(
  db: Database,
  contact: ContactFacts,
  createdOn: string | null,
): Promise<HistoryEntry[]> {
  const entries = [
    ...(createdOn === null ? [] : [{ on: createdOn, what: 'created in Sales', runId: null }]),
    ...(await changed(db, contact)),
    ...(await refused(db, contact)),
    ...(await synced(db, contact)),
  ]
  const number = db.names.columnName(field.contactNumber)
  if (!entries.some(({ what }) => what.includes(number)))
    entries.push(...(await givenByTrigger(db, contact)))
  // What nobody noted the time of came at the earliest when the contact did.
  const earliest = createdOn === null ? 0 : Date.parse(createdOn)
  const moment = ({ on }: HistoryEntry) => (on === null ? earliest : Date.parse(on))
  return entries.sort((one, other) => moment(one) - moment(other))
}

async function changed(db: Database, { id }: ContactFacts): Promise<HistoryEntry[]> {
  const entries: HistoryEntry[] = []
  const contacts = db.names.tableName('contact')
  for (const { migration, table, rows, columns } of await changesOf(db)) {
    if (table !== contacts) continue
    const images = columns.flatMap(({ before, after }) => [before, after])
    const found = await db.rows<Record<string, string | null>>(
      sql`SELECT run_id, changed_on, ${join(images)} FROM (${rows}) AS done WHERE row_id = ${id}`,
    )
    for (const row of found) {
      const values = columns
        .map(({ name, before, after }) => ({
          name,
          from: row[before.sql] ?? null,
          to: row[after.sql] ?? null,
        }))
        .filter(({ from, to }) => from !== to)
        .map(({ name, from, to }) => `${name} ${shown(from)} → ${shown(to)}`)
      entries.push({
        on: row['changed_on'] ?? null,
        what: `${migration}: ${values.length === 0 ? 'nothing had to change' : values.join(', ')}`,
        runId: row['run_id'] ?? null,
      })
    }
  }
  return entries
}

function shown(value: string | null): string {
  return value ?? 'empty'
}

async function refused(db: Database, { id }: ContactFacts): Promise<HistoryEntry[]> {
  if (!(await db.dialect.describeTable(db, 'p2c_reject'))) return []
  const rows = await db.rows<{ run_id: string; migration: string; message: string; on: string }>(
    sql`SELECT run_id, migration, message, rejected_on AS "on" FROM p2c_reject WHERE table_name = 'contact' AND ${db.rules.guid(raw('row_key'))} = ${id}`,
  )
  return rows.map(({ run_id, migration, message, on }) => ({
    on,
    what: `${migration}: refused by the database: ${message}`,
    runId: run_id,
  }))
}

async function givenByTrigger(db: Database, { id, number }: ContactFacts): Promise<HistoryEntry[]> {
  if (!(await db.dialect.describeTable(db, 'p2c_given_number'))) return []
  const given = await db.row(
    sql`SELECT 1 AS found FROM p2c_given_number WHERE sequence = 'contact' AND row_key = ${id} AND number = ${number}`,
  )
  return given ? [{ on: null, what: `${number ?? ''} was given by a trigger`, runId: null }] : []
}

async function synced(db: Database, { number }: ContactFacts): Promise<HistoryEntry[]> {
  if (number === null || !(await db.dialect.describeTable(db, 'p2c_sync_record'))) return []
  const rows = await db.rows<{ task: string; outcome: string; on: string; run_id: string }>(
    sql`SELECT r.task, r.source_cds AS outcome, x.started_on AS "on", x.run_id FROM p2c_sync_record AS r
      JOIN p2c_sync_execution AS x ON x.execution_id = r.execution_id WHERE r.key = ${number}`,
  )
  return rows.map(({ task, outcome, on, run_id }) => ({
    on,
    what: `${task}: last written into CDS (${outcome})`,
    runId: run_id,
  }))
}
