import type { Database } from '../database/database.ts'
import { noteProgress, type Run } from '../database/history.ts'
import { sql } from '../domain/sql.ts'
import type { Work } from '../events.ts'
import { inBatches, type Range } from './batches.ts'
import type { PreparedFile } from './prepare.ts'
import { warning } from './result.ts'
import { stagingOf } from './staging.ts'

export interface Removed {
  deleted: number
  undeleted: number
}

/**
 * Deletes the rows of a table whose keys the file does not have.
 *
 * @param run null: nothing is deleted, only counted
 */
export async function* removeMissing(
  db: Database,
  run: Run | null,
  file: PreparedFile,
): Work<Removed> {
  const step = `delete what ${file.file} does not have`
  const { gone } = stagingOf(file)
  const removed: Removed = { deleted: 0, undeleted: 0 }
  let refusal = ''
  const total = await findGone(db, file)
  if (total === 0) return removed
  if (!run) return { ...removed, deleted: total }

  yield { type: 'step', state: 'started', step }
  const key = db.names.column(file.table.key)
  const commit = async ({ first, last }: Range) => {
    const deleted = await db.transaction(async () => {
      const deleted = await db.change(
        sql`DELETE FROM ${db.names.table(file.table.name)} WHERE ${key} IN (SELECT target FROM ${gone} WHERE position BETWEEN ${first} AND ${last})`,
      )
      run.rows += deleted
      await noteProgress(db, run, step, last, total)
      return deleted
    })
    removed.deleted += deleted
  }
  const refuse = (_position: number, error: unknown) => {
    removed.undeleted++
    refusal = error instanceof Error ? error.message : String(error)
    return Promise.resolve()
  }
  yield* inBatches(db, { step, total, commit, refuse })
  if (removed.undeleted > 0) {
    const what = `${removed.undeleted} rows of ${file.table.name} that ${file.file} does not have could not be deleted`
    yield warning('DELETE_REFUSED', `${what}: ${refusal}`)
  }
  yield { type: 'step', state: 'finished', step, note: `${removed.deleted} deleted` }
  return removed
}

async function findGone(db: Database, file: PreparedFile): Promise<number> {
  const { plan, gone } = stagingOf(file)
  const key = db.names.column(file.table.key, 'c')
  await db.change(
    sql`INSERT INTO ${gone} (target) SELECT ${key} FROM ${db.names.table(file.table.name)} AS c WHERE ${key} IS NOT NULL AND ${key} NOT IN (SELECT target FROM ${plan}) ORDER BY ${key}`,
  )
  return Number((await db.row<{ n: number }>(sql`SELECT count(*) AS n FROM ${gone}`))?.n ?? 0)
}
