import { sql } from '../domain/sql.ts'
import type { Work } from '../events.ts'
import type { Database } from './database.ts'
import { now, type Run } from './history.ts'

/** Files that were made to be handed over: whoever undoes the upgrade has to know of them. */
export interface Delivery {
  /** `finops`, `dataverse` or `dual-write`; with ` --undo` what takes a delivery back. */
  readonly kind: string
  /** The folder with the files. */
  readonly folder: string
  readonly rows: number
  readonly deliveredOn: string
}

/** Writes down that files were made. */
export async function noteDelivery(
  db: Database,
  run: Run,
  { kind, folder, rows }: Omit<Delivery, 'deliveredOn'>,
): Promise<void> {
  await db.change(
    sql`INSERT INTO p2c_delivery (run_id, kind, folder, rows, delivered_on) VALUES (${run.id}, ${kind}, ${folder}, ${rows}, ${now()})`,
  )
}

/** What was delivered since the upgrade, oldest first. */
export async function deliveriesOf(db: Database): Promise<Delivery[]> {
  if (!(await db.dialect.describeTable(db, 'p2c_delivery'))) return []
  const rows = await db.rows<Record<keyof Delivery, string>>(
    sql`SELECT kind, folder, rows, delivered_on AS "deliveredOn" FROM p2c_delivery ORDER BY delivered_on, run_id`,
  )
  return rows.map(row => ({ ...row, rows: Number(row.rows) }))
}

/** What was delivered, for a person. */
export function inWords({ kind, folder, rows, deliveredOn }: Delivery): string {
  return `${kind}, ${rows} rows, was delivered into ${folder} on ${deliveredOn}`
}

/** Names what was delivered, for those who are about to change what it says. */
export async function* nameDeliveries(db: Database): Work<undefined> {
  for (const delivery of await deliveriesOf(db))
    yield {
      type: 'warning',
      code: 'DELIVERED',
      message: `${inWords(delivery)}; what others have imported from it stays as it is`,
    }
}
