import type { Database } from '../../src/database/database.ts'
import type { Work } from '../../src/events.ts'
import { importExtract } from '../../src/import/import.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { rollback } from '../../src/upgrade/rollback.ts'
import { sync } from '../../src/upgrade/sync.ts'

/** The commands that write, as they are killed and run again. */
export type Operation = 'migrate' | 'rollback' | 'import' | 'sync'

/**
 * What a process may be told to do: one of these, a sync of every row whose lists threads make ahead, or an
 * import whose files a thread reads.
 */
export type Deed = Operation | 'full sync' | 'import beside'

export interface Orders {
  readonly operation: Deed
  /** Settings of the configuration, the database among them. */
  readonly settings: { readonly database: string; readonly batch: { readonly rows: number } }
  /** The extract's folder, for import. */
  readonly from?: string
}

/** What the command would do. */
export function operate(db: Database, { operation, from = '' }: Orders): Work<unknown> {
  switch (operation) {
    case 'migrate':
      return migrate(db)
    case 'rollback':
      return rollback(db, { to: 'start', abandonEdits: true })
    case 'import':
      return importExtract(db, { from, create: true })
    case 'import beside':
      return importExtract(db, { from, create: true, besideFrom: 0 })
    case 'sync':
      return sync(db, { mode: 'changed' })
    case 'full sync':
      return sync(db, { mode: 'full', listAheadFrom: 0 })
  }
}
