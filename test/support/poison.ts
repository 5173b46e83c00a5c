import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import { seed } from '../../src/seed/seed.ts'

/** What the database says of a poisoned row. */
export const refusal = 'CHECK constraint failed: old_enough'

/**
 * Sample data in which the database refuses a number to every n-th contact: the customer made the
 * column, and a rule with it.
 */
export async function seedWithPoison(db: Database, contacts: number, every: number): Promise<void> {
  await finish(seed(db, { contacts }))
  await db.script(
    `ALTER TABLE contact ADD COLUMN age INTEGER;
    ALTER TABLE contact ADD COLUMN msdynce_contactnumber TEXT CONSTRAINT old_enough CHECK (msdynce_contactnumber IS NULL OR coalesce(age, 99) >= 18);
    UPDATE contact SET age = 5 WHERE rowid % ${every} = 0`,
  )
}

/** What the customer does once the rejects were looked at. */
export async function mendPoison(db: Database): Promise<void> {
  await db.change(sql`UPDATE contact SET age = 50 WHERE age = 5`)
}

/** What the template of the contacts fills, and where a number stands in it. */
export const contactLegs = [
  { name: 'source-cds', table: 'cds_contact', number: 'ContactId' },
  {
    name: 'cds-destination',
    table: 'finops_cdscontactpersons',
    number: 'ContactPersonPartyNumber',
  },
] as const

/** Makes a target refuse each contact whose sequence number can be divided by `every`. */
export async function poisonTarget(
  db: Database,
  { table, number }: (typeof contactLegs)[number],
  every: number,
  event: 'INSERT' | 'UPDATE' = 'INSERT',
): Promise<void> {
  await db.script(
    `CREATE TRIGGER no_way BEFORE ${event} ON ${table} WHEN CAST(substr(new."${number}", 5, 5) AS INTEGER) % ${every} = 0
      BEGIN SELECT RAISE(ABORT, 'no way'); END`,
  )
}
