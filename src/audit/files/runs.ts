import { sql } from '../../domain/sql.ts'
import type { AuditFile } from '../audit-file.ts'
import { orderBy } from '../expressions.ts'

/** Every run of a command that writes, oldest first. */
export const runs: AuditFile = {
  name: 'runs',
  columns: [
    'run_id',
    'command',
    'started_on',
    'finished_on',
    'outcome',
    'actor',
    'host',
    'version',
    'rows',
  ],
  key: ['started_on', 'run_id'],
  query: async db => {
    if (!(await db.dialect.describeTable(db, 'p2c_run'))) return null
    return sql`SELECT run_id, command, started_on, finished_on, outcome, actor, host, version, "rows" FROM p2c_run ${orderBy(db, runs.key)}`
  },
}
