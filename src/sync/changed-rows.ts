import { createHash } from 'node:crypto'
import { withRetries } from '../backfill/retry.ts'
import type { Database } from '../database/database.ts'
import { notesChanges } from '../database/notes-changes.ts'
import { currencies } from '../domain/sales.ts'
import { identifier, sql } from '../domain/sql.ts'
import { version } from '../version.ts'
import type { Project } from './project.ts'

/**
 * Why a sync must look at every row, and cannot do with those that were written since the last one;
 * null where it can.
 */
export async function whyEveryRow(
  db: Database,
  projects: readonly Project[],
): Promise<string | null> {
  if (!(await notesChanges(db))) return 'a trigger that notes changes is gone or disabled'
  const known = await settingOf(db, 'sync_compared')
  if (known === undefined) return 'no sync has compared every row so far'
  if (known !== (await fingerprintOf(db, projects)))
    return 'templates, settings, or currencies have changed'
  const whole = await db.row(
    sql`SELECT 1 FROM p2c_changed_row WHERE row_key = '*' UNION ALL SELECT 1 FROM p2c_taken_row WHERE row_key = '*'`,
  )
  return whole ? 'a table was emptied by TRUNCATE' : null
}

/**
 * Takes up the rows that were written: what is written from now on is for the next session. Called
 * inside the transaction that begins one. A row that a transaction under way has written is left.
 */
export async function takeChangedRows(db: Database, projects: readonly Project[]): Promise<void> {
  await db.dialect.takeNotes(db)
  await setSetting(db, 'sync_begun', await fingerprintOf(db, projects))
}

/**
 * Done with what a session took up. Where it was for some templates only, the rows go back: the
 * others have not seen them.
 *
 * @param covers whether all templates were run, and all of their rows looked at that had to be
 */
export async function settleChangedRows(
  db: Database,
  projects: readonly Project[],
  covers: boolean,
): Promise<void> {
  // Others may write again what goes back: then it must look anew.
  await withRetries(db, () =>
    db.transaction(async () => {
      const begun = await settingOf(db, 'sync_begun')
      if (begun === undefined) return
      const isSame = begun === (await fingerprintOf(db, projects))
      if (covers && isSame) await setSetting(db, 'sync_compared', begun)
      else if (covers) await db.change(sql`DELETE FROM p2c_setting WHERE name = 'sync_compared'`)
      else
        await db.change(
          sql`INSERT INTO p2c_changed_row (table_name, row_key) SELECT table_name, row_key FROM p2c_taken_row WHERE true ON CONFLICT DO NOTHING`,
        )
      await db.change(sql`DELETE FROM p2c_taken_row`)
      await db.change(sql`DELETE FROM p2c_setting WHERE name = 'sync_begun'`)
    }),
  )
}

/** Everything but Sales' own rows that decides what a record becomes. */
async function fingerprintOf(db: Database, projects: readonly Project[]): Promise<string> {
  const { organization, sync, tables, columns } = db.config
  const hash = createHash('sha256').update(
    JSON.stringify([version, projects, organization, sync, tables, columns]),
  )
  const known = await db.dialect.describeTable(db, currencies.table)
  if (known)
    for (const row of await db.rows(sql`SELECT * FROM ${identifier(known.name)} ORDER BY 1`))
      hash.update(JSON.stringify(row))
  return hash.digest('hex')
}

async function settingOf(db: Database, name: string): Promise<string | undefined> {
  const row = await db.row<{ value: string }>(
    sql`SELECT value FROM p2c_setting WHERE name = ${name}`,
  )
  return row?.value
}

async function setSetting(db: Database, name: string, value: string): Promise<void> {
  await db.change(
    sql`INSERT INTO p2c_setting (name, value) VALUES (${name}, ${value}) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
  )
}
