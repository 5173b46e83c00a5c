import { check } from '../check/check.ts'
import type { Finding, Severity } from '../check/finding.ts'
import { configChanged, migrationChanged, schemaBroken } from '../check/migration-findings.ts'
import { writtenColumns } from '../backfill/backfill.ts'
import type { Database } from '../database/database.ts'
import { ownTableStatements } from '../database/own-tables.ts'
import { statementsLeft } from '../migration/apply-schema.ts'
import { appliedMigrations, settingsOf } from '../migration/history.ts'
import type { NamedMigration } from '../migration/migration.ts'
import { migrationStates } from '../migration/status.ts'
import { finopsFindings } from './finops-findings.ts'
import { valueFindings } from './value-findings.ts'

/**
 * Everything that speaks for or against the upgrade: what `check` finds in the data, whether the
 * applied migrations are still the same, and whether the pending ones pass a rehearsal, up and
 * down. Reads only.
 *
 * @param only `blocking` where it is only asked whether the upgrade may begin, which is faster
 */
export async function readiness(
  db: Database,
  available: readonly NamedMigration[],
  only?: Severity,
): Promise<Finding[]> {
  const states = await migrationStates(db, available)
  const unfinished = new Set(states.filter(one => one.state !== 'applied').map(one => one.name))
  const changed = states.filter(one => one.state === 'changed' || one.state === 'missing')
  const findings = await check(db, {
    pendingColumns: columnsOf(available.filter(one => unfinished.has(one.name))),
    ...(only === undefined ? {} : { only }),
  })
  const differences = await changedSettings(db)
  return [
    ...(changed.length > 0
      ? [migrationChanged(changed.map(one => `${one.name} is ${one.state}`))]
      : []),
    ...(differences.length > 0 ? [configChanged(differences)] : []),
    ...(await rehearsed(
      db,
      findings,
      available.filter(one => unfinished.has(one.name)),
    )),
    ...findings,
    ...(only === 'blocking' || isHopeless(findings) ? [] : await foretold(db)),
  ]
}

/** The blocking findings whose code was not accepted. */
export function refusals(findings: readonly Finding[], accepted: readonly string[]): Finding[] {
  return findings.filter(
    finding => finding.severity === 'blocking' && !accepted.includes(finding.code),
  )
}

/** What the sync will stumble over. */
async function foretold(db: Database): Promise<Finding[]> {
  return [...(await valueFindings(db)), ...(await finopsFindings(db))]
}

/** Without its tables and columns nothing else that is asked says anything new. */
function isHopeless(findings: readonly Finding[]): boolean {
  return findings.some(({ code }) => code === 'TABLE_MISSING' || code === 'COLUMN_MISSING')
}

async function rehearsed(
  db: Database,
  findings: readonly Finding[],
  unfinished: readonly NamedMigration[],
): Promise<Finding[]> {
  const applied = new Map((await appliedMigrations(db)).map(one => [one.name, one]))
  const up: string[] = []
  const down: string[] = []
  for (const migration of isHopeless(findings) ? [] : unfinished) {
    const left = await statementsLeft(db, migration, applied.get(migration.name))
    up.push(...left.up)
    down.unshift(...left.down)
  }
  if (up.length === 0 && down.length === 0) return []
  const fault = await db.dialect.rehearse(db, [...ownTableStatements(db.dialect), ...up, ...down])
  return fault === null ? [] : [schemaBroken(fault)]
}

/** Settings that applied migrations have built into the database and that are others now. */
async function changedSettings(db: Database): Promise<string[]> {
  const [applied] = await appliedMigrations(db)
  if (!applied) return []
  const before = flatten(JSON.parse(applied.settings))
  const after = flatten(JSON.parse(settingsOf(db)))
  return Object.keys({ ...before, ...after })
    .filter(key => before[key] !== after[key])
    .map(key => `${key} is ${after[key] ?? 'not set'}, was ${before[key] ?? 'not set'}`)
}

function flatten(value: unknown, path = ''): Record<string, string> {
  if (typeof value !== 'object' || value === null) return { [path]: JSON.stringify(value) }
  const entries = Object.entries(value).map(([key, inner]) =>
    flatten(inner, path === '' ? key : `${path}.${key}`),
  )
  return Object.assign({}, ...entries) as Record<string, string>
}

function columnsOf(migrations: readonly NamedMigration[]): Record<string, string[]> {
  const columns: Record<string, string[]> = {}
  for (const { backfill } of migrations)
    if (backfill) (columns[backfill.table] ??= []).push(...writtenColumns(backfill))
  return columns
}
