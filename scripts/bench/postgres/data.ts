import Driver from 'better-sqlite3'
import { loadConfig } from '../../../src/config.ts'
import { connect } from '../../../src/database/connect.ts'
import type { BoundRow } from '../../../src/database/dialect.ts'
import { createSalesTable, standardColumns } from '../../../src/database/sales-tables.ts'
import { salesTable, type SalesTableName } from '../../../src/domain/sales.ts'
import { onServer, type Server } from './server.ts'

const tables: readonly SalesTableName[] = ['account', 'contact', 'quote', 'salesorder', 'invoice']
const rowsPerCopy = 10_000

/**
 * A database with the data of a SQLite file, to be copied for each rival.
 *
 * @param file as `salesData` made it; its name is the database's too
 * @returns the name of the database, made if it is not there from an earlier bench
 */
export async function salesDatabase(server: Server, file: string): Promise<string> {
  const name = `sales_${file.replace(/^.*\/|\.sqlite$/g, '').replaceAll('-', '_')}`
  const admin = server.urlOf('postgres')
  const found = await onServer(admin, `SELECT 1 FROM pg_database WHERE datname = '${name}'`)
  if (found.length > 0) return name
  const beside = `${name}_part`
  await onServer(admin, `DROP DATABASE IF EXISTS ${beside}`)
  await onServer(admin, `CREATE DATABASE ${beside} TEMPLATE template0`)
  await fill(server.urlOf(beside), file)
  await onServer(server.urlOf(beside), 'VACUUM ANALYZE')
  await onServer(admin, `ALTER DATABASE ${beside} RENAME TO ${name}`)
  return name
}

async function fill(url: string, file: string): Promise<void> {
  const config = loadConfig({ file: false, options: { database: url, schema: 'public' } })
  const db = await connect(config, { mode: 'create' })
  const source = new Driver(file, { readonly: true })
  try {
    for (const name of tables) {
      const table = salesTable(name)
      await db.script(createSalesTable(db, table))
      const columns = standardColumns(table)
      const isFlag = columns.map(({ type }) => type.kind === 'flag')
      const query = source.prepare(
        `SELECT ${columns.map(column => column.name).join()} FROM ${name}`,
      )
      let rows: BoundRow[] = []
      const copy = async () => {
        await db.dialect.insertMany(
          db,
          db.names.table(name),
          columns.map(column => db.names.column(column.name)),
          rows,
        )
        rows = []
      }
      for (const row of query.raw().iterate()) {
        const values = row as (string | number | null)[]
        rows.push(values.map((value, i) => (isFlag[i] && value !== null ? value === 1 : value)))
        if (rows.length === rowsPerCopy) await copy()
      }
      await copy()
    }
  } finally {
    source.close()
    await db.close()
  }
}
