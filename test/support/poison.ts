import type { Database } from '../../src/database/database.ts'
import { sql, textOf } from '../../src/domain/sql.ts'
import { finish } from '../../src/events.ts'
import { seed } from '../../src/seed/seed.ts'
import type { Engine } from './database.ts'
import { isEveryNth } from './every-nth.ts'
import { dropOtherTrigger, otherTrigger } from './other-trigger.ts'

/** What the database says of a poisoned row. */
export const refusal: Readonly<Record<Engine, string>> = {
  sqlite: 'CHECK constraint failed: old_enough',
  postgres: 'new row for relation "contact" violates check constraint "old_enough"',
}

/**
 * Sample data in which the database refuses a number to every n-th contact: the customer made the
 * column, and a rule with it.
 */
export async function seedWithPoison(db: Database, contacts: number, every: number): Promise<void> {
  await finish(seed(db, { contacts }))
  await db.script(
    `ALTER TABLE contact ADD COLUMN age INTEGER;
    ALTER TABLE contact ADD COLUMN msdynce_contactnumber TEXT CONSTRAINT old_enough CHECK (msdynce_contactnumber IS NULL OR coalesce(age, 99) >= 18);
    UPDATE contact SET age = 5 WHERE ${textOf(isEveryNth(every))}`,
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
    otherTrigger(db.dialect.name, 'no_way', `BEFORE ${event} ON ${table}`, {
      when: `CAST(substr(new."${number}", 5, 5) AS INTEGER) % ${every} = 0`,
      does: { refuses: 'no way' },
    }),
  )
}

/** What the customer does about the target. */
export async function mendTarget(
  db: Database,
  { table }: (typeof contactLegs)[number],
): Promise<void> {
  await db.script(dropOtherTrigger(db.dialect.name, 'no_way', table))
}
