import type { Database } from '../database/database.ts'
import { identifier, join, raw, sql } from '../domain/sql.ts'
import type { Countries } from './countries.ts'
import type { ProjectLeg } from './project.ts'

const chunkRows = 500
const currencies = {
  table: 'transactioncurrencies',
  id: 'transactioncurrencyid',
  code: 'isocurrencycode',
}

/** A temporary table that statements look countries up in, by their spelling. */
export async function makeCountryTable(db: Database, countries: Countries): Promise<void> {
  await dropCountryTable(db)
  await makeTable(
    db,
    'p2c_sync_country',
    'spelling text NOT NULL PRIMARY KEY, alpha2 text NOT NULL, alpha3 text NOT NULL',
  )
  const rows = [...countries]
  await db.transaction(async () => {
    for (let first = 0; first < rows.length; first += chunkRows) {
      const chunk = rows.slice(first, first + chunkRows)
      const values = chunk.map(([text, { alpha2, alpha3 }]) => sql`(${text}, ${alpha2}, ${alpha3})`)
      await db.change(
        sql`INSERT INTO p2c_sync_country (spelling, alpha2, alpha3) VALUES ${join(values)}`,
      )
    }
  })
}

export async function dropCountryTable(db: Database): Promise<void> {
  await db.script('DROP TABLE IF EXISTS p2c_sync_country')
}

/**
 * Temporary tables for a leg that reads Sales: currencies by their GUID, and the numbers that
 * stand on more than one row of the source.
 */
export async function makeSourceTables(db: Database, leg: ProjectLeg): Promise<void> {
  await dropSourceTables(db)
  await makeTable(db, 'p2c_sync_currency', 'guid text NOT NULL PRIMARY KEY, code text')
  await makeTable(db, 'p2c_sync_duplicate', 'key text NOT NULL PRIMARY KEY, rows bigint NOT NULL')
  await fillCurrencies(db)
  await fillDuplicates(db, leg)
}

export async function dropSourceTables(db: Database): Promise<void> {
  await db.script('DROP TABLE IF EXISTS p2c_sync_currency; DROP TABLE IF EXISTS p2c_sync_duplicate')
}

async function makeTable(db: Database, name: string, columns: string): Promise<void> {
  await db.script(`CREATE TEMP TABLE ${name} (${columns}) ${db.dialect.clusteredByKey.sql}`)
}

/** The extract may bring the currencies; without them there is none that is known. */
async function fillCurrencies(db: Database): Promise<void> {
  const found = await db.dialect.describeTable(db, currencies.table)
  const columns = new Set(found?.columns.map(column => column.name.toLowerCase()))
  if (!found || !columns.has(currencies.id) || !columns.has(currencies.code)) return
  const id = db.rules.guid(raw(currencies.id))
  await db.change(
    sql`INSERT INTO p2c_sync_currency (guid, code) SELECT ${id}, ${raw(currencies.code)} FROM ${identifier(found.name)} WHERE ${raw(currencies.id)} IS NOT NULL ON CONFLICT (guid) DO NOTHING`,
  )
}

async function fillDuplicates(db: Database, leg: ProjectLeg): Promise<void> {
  const number = db.dialect.bytewise(db.names.column(leg.number))
  await db.change(
    sql`INSERT INTO p2c_sync_duplicate (key, rows) SELECT ${number}, count(*) FROM ${db.names.table(leg.source)} WHERE ${number} > '' GROUP BY ${number} HAVING count(*) > 1`,
  )
}
