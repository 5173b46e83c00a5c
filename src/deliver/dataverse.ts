import { isAssigned } from '../backfill/assigned.ts'
import { changesOf } from '../backfill/changes.ts'
import type { Database } from '../database/database.ts'
import { field } from '../domain/names.ts'
import { salesTable } from '../domain/sales.ts'
import { all, raw, sql, type Sql } from '../domain/sql.ts'
import type { DeliveryPlan, Sheet } from './sheet.ts'

/** The most rows that an import of Dataverse should be given at a time. */
const mostImported = 20_000

const flags = [field.isActiveCustomer, field.isCompanyAnAccount] as const

/**
 * What the upgrade gave to contacts and accounts, as files to be imported for update into Sales.
 * Numbers that were there are not in them: whoever has one there keeps it.
 */
export async function dataversePlan(db: Database): Promise<DeliveryPlan> {
  const { names } = db
  const contact = await numbered(db, 'contact', field.contactNumber)
  const account = await numbered(db, 'account', field.accountNumber)
  const shown = flags.map(flag => yesOrNo(db, names.column(flag, 'r')))
  return {
    sheets: [
      accountSheet(db, 'accounts', account, names.column(field.accountNumber, 'r')),
      contactSheet(db, 'contacts', contact, [names.column(field.contactNumber, 'r'), ...shown]),
      flagSheet(db, 'contacts-with-number', contact, shown),
    ],
    documents: { 'set-auto-number-seed.json': await seedPayload(db) },
    instructions: [
      'First send each request of set-auto-number-seed.json to Dataverse: from then on it numbers new rows past these.',
      'Before you import, export the contact numbers and account numbers that Dataverse has by now, and take the rows out that have one there: only rows that are still empty are to be written.',
      'Then import the CSV files for update, by the GUID in the first column.',
      '"p2c deliver dataverse --undo" makes the files that take the values back.',
    ],
  }
}

/** What takes a delivery back: the values of before, an empty field where there was none. */
export async function dataverseUndoPlan(db: Database): Promise<DeliveryPlan> {
  const numberedContacts = await numbered(db, 'contact', field.contactNumber)
  const account = await numbered(db, 'account', field.accountNumber)
  const { contact, before } = await withFlagsBefore(db, numberedContacts)
  return {
    sheets: [
      accountSheet(db, 'accounts-undo', account, raw('NULL')),
      contactSheet(db, 'contacts-undo', contact, [raw('NULL'), ...before]),
      flagSheet(db, 'contacts-with-number-undo', contact, before),
    ],
    documents: {},
    instructions: [
      'Import the CSV files for update, by the GUID in the first column. An empty field must empty the value in Dataverse: try it with one row.',
      'Do this before "p2c rollback", which forgets what was there before.',
      'The seed of the numbering stays where it is: a number that was given is never given again.',
    ],
  }
}

/** Rows of a table, called `r`: all that have a number, and whether p2c gave it. */
interface Numbered {
  readonly id: Sql
  readonly from: Sql
  readonly isAssigned: Sql
}

async function numbered(
  db: Database,
  table: 'account' | 'contact',
  column: string,
): Promise<Numbered> {
  const number = db.names.column(column, 'r')
  const id = db.rules.guid(db.names.column(salesTable(table).key, 'r'))
  return {
    id,
    from: sql`${db.names.table(table)} AS r`,
    isAssigned: all([
      sql`NOT ${db.rules.hasNoNumber(number)}`,
      await isAssigned(db, table, id, number),
    ]),
  }
}

function accountSheet(
  db: Database,
  name: string,
  { id, from, isAssigned }: Numbered,
  number: Sql,
): Sheet {
  const query = sql`SELECT ${id} AS accountid, ${number} AS number FROM ${from} WHERE ${isAssigned}`
  return updateSheet(name, query, {
    accountid: 'accountid',
    number: db.names.columnName(field.accountNumber),
  })
}

function contactSheet(
  db: Database,
  name: string,
  { id, from, isAssigned }: Numbered,
  [number, active, account]: readonly Sql[],
): Sheet {
  const query = sql`SELECT ${id} AS contactid, ${number} AS number, ${active} AS active, ${account} AS account FROM ${from} WHERE ${isAssigned}`
  return updateSheet(name, query, {
    contactid: 'contactid',
    number: db.names.columnName(field.contactNumber),
    ...flagHeaders(db),
  })
}

/** Contacts that had a number get the flags only. */
function flagSheet(
  db: Database,
  name: string,
  { id, from, isAssigned }: Numbered,
  [active, account]: readonly Sql[],
): Sheet {
  const query = sql`SELECT ${id} AS contactid, ${active} AS active, ${account} AS account FROM ${from} WHERE NOT ${isAssigned}`
  return updateSheet(name, query, { contactid: 'contactid', ...flagHeaders(db) })
}

function flagHeaders({ names }: Database): Record<string, string> {
  return {
    active: names.columnName(field.isActiveCustomer),
    account: names.columnName(field.isCompanyAnAccount),
  }
}

/** A CSV file to be imported for update, by the key in its first column. */
export function updateSheet(name: string, rows: Sql, columns: Sheet['columns']): Sheet {
  const [key = ''] = Object.keys(columns)
  return { name, columns, rows, order: [key], mostRows: mostImported, entity: null }
}

/** A flag as an import takes it: the label of the choice. */
export function yesOrNo({ dialect }: Database, flag: Sql): Sql {
  return sql`(CASE ${flag} WHEN ${dialect.flag(true)} THEN 'Yes' WHEN ${dialect.flag(false)} THEN 'No' END)`
}

/** Contacts with the flags that they had before the upgrade, as the backfill kept them. */
async function withFlagsBefore(
  db: Database,
  contact: Numbered,
): Promise<{ contact: Numbered; before: Sql[] }> {
  const table = db.names.tableName('contact')
  const changes = (await changesOf(db)).find(one => one.table === table)
  if (!changes) return { contact, before: flags.map(() => raw('NULL')) }
  const before = flags.map(flag => {
    const name = db.names.columnName(flag)
    const column = changes.columns.find(one => one.name === name)
    return column
      ? sql`(CASE b.${column.before} WHEN 'true' THEN 'Yes' WHEN 'false' THEN 'No' END)`
      : raw('NULL')
  })
  const from = sql`${contact.from} LEFT JOIN (${changes.rows} ${db.dialect.computedOnce}) AS b ON b.row_id = ${contact.id}`
  return { contact: { ...contact, from }, before }
}

/** The requests that set the platform's own numbering past every number that p2c has given. */
async function seedPayload(db: Database): Promise<string> {
  const targets = { contact: field.contactNumber, account: field.accountNumber } as const
  const requests = []
  for (const [entity, column] of Object.entries(targets)) {
    const next = await db.row<{ next_value: number }>(
      sql`SELECT next_value FROM p2c_number_sequence WHERE name = ${entity}`,
    )
    requests.push({
      method: 'POST',
      url: '[organization]/api/data/v9.2/SetAutoNumberSeed',
      body: {
        EntityName: entity,
        AttributeName: db.names.columnName(column),
        Value: Number(next?.next_value),
      },
    })
  }
  return `${JSON.stringify({ requests }, null, 2)}\n`
}
