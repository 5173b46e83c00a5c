import Driver from 'better-sqlite3'
import { createHash } from 'node:crypto'
import { keys } from './mapping.ts'

/** What of the result must be alike, in this order: tables, and of the Sales tables what is written. */
export const results = {
  account: { key: ['accountid'], columns: ['accountid', 'accountnumber'] },
  contact: {
    key: ['contactid'],
    columns: [
      'contactid',
      'msdynce_contactnumber',
      'msdynce_isactivecustomer',
      'msdynce_iscompanyanaccount',
    ],
  },
  ...Object.fromEntries(Object.entries(keys).map(([target, key]) => [target, { key }])),
} as Readonly<
  Record<string, { readonly key: readonly string[]; readonly columns?: readonly string[] }>
>

/** Two results are equivalent where their fingerprints are equal. */
export type Fingerprint = Readonly<Record<string, string>>

/**
 * A hash of every value of the result, by table. The random letters of numbers are left out. A
 * column without any value counts as one that is not there.
 */
export function fingerprintOf(file: string): Fingerprint {
  const db = new Driver(file, { readonly: true })
  try {
    return Object.fromEntries(
      Object.entries(results).map(([table, { key, columns }]) => [
        table,
        hashOf(db, table, key, columns ?? filledColumns(db, table)),
      ]),
    )
  } finally {
    db.close()
  }
}

/** The tables in which two results differ. */
export function differences(one: Fingerprint, other: Fingerprint): string[] {
  return Object.keys(results).filter(table => one[table] !== other[table])
}

function filledColumns(db: Driver.Database, table: string): string[] {
  const columns = db.pragma(`table_info(${table})`) as { name: string }[]
  const counts = columns.map(({ name }) => `count("${name}") AS "${name}"`)
  const filled = db.prepare(`SELECT ${counts.join()} FROM ${table}`).get() as Record<string, number>
  return Object.keys(filled)
    .filter(name => filled[name] !== 0)
    .sort()
}

function hashOf(
  db: Driver.Database,
  table: string,
  key: readonly string[],
  columns: readonly string[],
): string {
  const hash = createHash('sha256').update(columns.join())
  const quoted = columns.map(name => `"${name}"`)
  const rows = db.prepare(`SELECT ${quoted.join()} FROM ${table} ORDER BY ${key.join()}`).raw()
  for (const row of rows.iterate()) hash.update(withoutSuffixes(JSON.stringify(row)))
  return hash.digest('hex')
}

function withoutSuffixes(row: string): string {
  return row.replace(/"((?:CON|ACC)-\d{5,}-)[A-Z]{6}"/g, '"$1"')
}
