import { sql } from '../../domain/sql.ts'
import type { AuditFile } from '../audit-file.ts'
import { asNamed } from '../lines.ts'

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
  plain: new Set(['run_id', 'command', 'started_on', 'finished_on', 'outcome', 'version', 'rows']),
  key: ['started_on', 'run_id'],
  parts: async db => {
    if (!(await db.dialect.describeTable(db, 'p2c_run'))) return []
    const rows = sql`SELECT run_id, command, started_on, finished_on, outcome, actor, host, version, "rows" FROM p2c_run`
    return [{ rows, order: runs.key, lines: asNamed }]
  },
}
