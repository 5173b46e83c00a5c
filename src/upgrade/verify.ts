import { lastingTruths } from '../audit/truths.ts'
import type { Database } from '../database/database.ts'
import { exitStatus, P2cError } from '../errors.ts'
import { violationsOf, type Invariant, type Violation } from '../invariant.ts'
import { appliedMigrations } from '../migration/history.ts'
import { loadMigrations } from '../migration/load.ts'
import type { NamedMigration } from '../migration/migration.ts'
import { truthsOf } from '../migration/truths.ts'
import { firstFullSyncName } from '../migration/upgraded.ts'
import { syncTruths } from '../sync/truths.ts'

export interface VerifyResult {
  /** How many truths were asked. */
  readonly truths: number
  readonly violations: readonly Violation[]
}

/**
 * Proves the result: the truths of every migration that is applied, those that must hold whatever
 * happened since, and those between Sales and the targets. Reads only.
 *
 * @throws P2cError NOTHING_APPLIED (exit 2) where there is nothing to prove
 */
export async function verify(
  db: Database,
  available?: readonly NamedMigration[],
): Promise<VerifyResult> {
  const applied = await appliedMigrations(db)
  if (applied.length === 0) throw nothingApplied()
  const done = new Set(applied.filter(one => one.phase === 'done').map(one => one.name))
  const known = available ?? (await loadMigrations())
  const truths: Invariant[] = []
  for (const migration of known.filter(one => done.has(one.name)))
    truths.push(...(await truthsOf(db, migration)))
  const isNumbered = known.every(({ name, backfill }) => !backfill || done.has(name))
  if (isNumbered) truths.push(...lastingTruths(db))
  if (done.has(firstFullSyncName)) truths.push(...syncTruths(db))
  return { truths: truths.length, violations: await violationsOf(db, truths) }
}

function nothingApplied(): P2cError {
  return new P2cError('NOTHING_APPLIED', {
    what: 'there is nothing to prove',
    must: 'a database that was upgraded',
    found: 'no applied migration',
    next: 'Begin with "p2c migrate"',
    exit: exitStatus.usage,
  })
}
