import type { Database } from '../database/database.ts'
import { columnOrNull } from '../audit/expressions.ts'
import { field } from '../domain/names.ts'
import { join, literal, sql, type Sql } from '../domain/sql.ts'
import { exitStatus, P2cError } from '../errors.ts'

/** A contact by what people call it. */
export interface FoundContact {
  /** The GUID as it compares. */
  readonly id: string
  readonly name: string | null
  readonly number: string | null
}

/** So many are named where a name fits several. */
const mostNamed = 10

const guid = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?$/i

/**
 * The one contact that is meant: by its GUID in any spelling, else by its number exactly, else by
 * its name in any case, else by a part of its name.
 *
 * @throws P2cError CONTACT_UNKNOWN, CONTACT_AMBIGUOUS (both exit 2)
 */
export async function findContact(db: Database, wanted: string): Promise<FoundContact> {
  for (const condition of await conditionsFor(db, wanted.trim())) {
    const found = await contactsWhere(db, condition)
    const [first] = found
    if (first === undefined) continue
    if (found.length === 1) return first
    throw ambiguous(wanted, found)
  }
  throw new P2cError('CONTACT_UNKNOWN', {
    what: `no contact is known as "${wanted}"`,
    must: "a contact's GUID, its contact number as it is written, or its name or a part of it",
    found: 'none that fits',
    next: 'Look it up in the contacts.csv of "p2c audit export"',
    exit: exitStatus.usage,
  })
}

/** Conditions on a contact called `c`, the surest first. */
async function conditionsFor(db: Database, wanted: string): Promise<Sql[]> {
  const column = await columnOrNull(db, 'contact')
  const id = guid.exec(wanted)?.[1]
  if (id !== undefined) return [db.rules.hasGuid('contact', 'c', literal(id.toLowerCase()))]
  const name = sql`lower(${await nameOf(db)})`
  const pattern = wanted.replaceAll(/[\\%_]/g, sign => `\\${sign}`)
  return [
    sql`${column(field.contactNumber, 'c')} = ${wanted}`,
    sql`${name} = lower(${wanted})`,
    sql`${name} LIKE lower(${`%${pattern}%`}) ESCAPE '\\'`,
  ]
}

/** The name of the contact called `c`: its full name, or what it is made of. */
export async function nameOf(db: Database): Promise<Sql> {
  const column = await columnOrNull(db, 'contact')
  const text = (name: string) => sql`coalesce(${column(name, 'c')}, '')`
  return sql`coalesce(nullif(${column('fullname', 'c')}, ''), nullif(trim(${text('firstname')} || ' ' || ${text('lastname')}), ''))`
}

async function contactsWhere(db: Database, condition: Sql): Promise<FoundContact[]> {
  const column = await columnOrNull(db, 'contact')
  const selected = [
    sql`${db.rules.guid(db.names.column('contactid', 'c'))} AS id`,
    sql`${await nameOf(db)} AS name`,
    sql`${column(field.contactNumber, 'c')} AS number`,
  ]
  return db.rows<FoundContact>(
    sql`SELECT ${join(selected)} FROM ${db.names.table('contact')} AS c WHERE ${condition} ORDER BY 1 LIMIT ${mostNamed + 1}`,
  )
}

function ambiguous(wanted: string, found: readonly FoundContact[]): P2cError {
  const named = found
    .slice(0, mostNamed)
    .map(({ id, name, number }) => [id, name, number].filter(Boolean).join(' '))
  const all = found.length > mostNamed ? [...named, '…'] : named
  return new P2cError('CONTACT_AMBIGUOUS', {
    what: `"${wanted}" may be any of several contacts`,
    must: 'one of them',
    found: all.join(', '),
    next: 'Name it by its GUID or its number',
    exit: exitStatus.usage,
    details: found,
  })
}
