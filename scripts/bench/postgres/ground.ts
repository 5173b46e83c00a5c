import { loadConfig } from '../../../src/config.ts'
import { connect } from '../../../src/database/connect.ts'
import { createSalesTable } from '../../../src/database/sales-tables.ts'
import { salesTable } from '../../../src/domain/sales.ts'
import type { Ground } from '../comparisons.ts'
import type { Program, Usage } from '../measure.ts'
import { onServer, type Server } from './server.ts'

/** The name of the database that an extract is imported into. */
export const imported = 'bench_import'

/**
 * Databases on a server, and `psql`.
 *
 * @param upgraded the name of the database that p2c upgrades
 * @param measure how a program is measured of which the server does a part
 */
export function postgresGround(
  server: Server,
  upgraded: string,
  cwd: string,
  measure: (program: Program) => Promise<Usage>,
): Ground {
  const database = server.urlOf(upgraded)
  const psql = (url: string, command: string): Program => ({
    command: 'psql',
    args: ['--no-psqlrc', '--quiet', '--dbname', url, '--command', command],
    cwd,
  })
  const emptyDatabase = async () => {
    const admin = server.urlOf('postgres')
    await onServer(admin, `DROP DATABASE IF EXISTS ${imported} WITH (FORCE)`)
    await onServer(admin, `CREATE DATABASE ${imported} TEMPLATE template0`)
    await onServer(admin, 'CHECKPOINT')
    return server.urlOf(imported)
  }
  return {
    database,
    cwd,
    measure,
    firstSyncSeconds: () => firstSyncSeconds(database),
    shell: {
      name: 'psql',
      importer: String.raw`psql \copy`,
      exporter: String.raw`psql \copy`,
      exporting: (query, csv) =>
        psql(database, String.raw`\copy (${onOneLine(query)}) TO '${csv}' (FORMAT csv, HEADER)`),
      emptyDatabase,
      importing: async csv => {
        const url = await emptyDatabase()
        await createContact(url)
        return psql(url, String.raw`\copy contact FROM '${csv}' (FORMAT csv, HEADER)`)
      },
    },
  }
}

/** As a command of psql has to be. */
function onOneLine(query: string): string {
  return query.replaceAll(/\s*\n\s*/g, ' ')
}

async function createContact(url: string): Promise<void> {
  const config = loadConfig({ file: false, options: { database: url, schema: 'public' } })
  const db = await connect(config, { mode: 'create' })
  try {
    await db.script(createSalesTable(db, salesTable('contact')))
  } finally {
    await db.close()
  }
}

async function firstSyncSeconds(url: string): Promise<number> {
  const [row] = await onServer<{ seconds: number }>(
    url,
    `SELECT extract(epoch FROM max(finished_on::timestamptz) - min(started_on::timestamptz))::float8 AS seconds FROM p2c_sync_execution`,
  )
  return row?.seconds ?? NaN
}
