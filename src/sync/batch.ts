import type { Database } from '../database/database.ts'
import { now } from '../database/history.ts'
import { all, any, identifier, join, literal, raw, sql, textOf, type Sql } from '../domain/sql.ts'
import { firstProblem, targetChecks, type TargetChecks } from './checks.ts'
import { availableColumns, compileLeg, type CompiledLeg } from './compile.ts'
import { columnTypeOf } from './entities/entity.ts'
import type { Counts, Execution } from './execution.ts'
import { codeOf, messageOf, packed } from './problem.ts'
import type { Project, ProjectLeg } from './project.ts'
import { sourceChecks } from './source-checks.ts'
import { makeWalk, within, type Stretch, type Walk } from './walk.ts'

/** The statements of a leg, composed once and run for each batch. */
export interface BatchPlan {
  readonly execution: Execution
  readonly leg: ProjectLeg
  readonly walk: Walk
  readonly compiled: CompiledLeg
  readonly problem: Sql
  readonly checks: TargetChecks
}

export interface BatchResult {
  readonly counts: Counts
  /** Records by `code|field`. */
  readonly notices: Readonly<Record<string, number>>
}

/** Composes the statements of a leg, and lists the rows that it takes. */
export async function planBatches(
  db: Database,
  project: Project,
  leg: ProjectLeg,
  execution: Execution,
): Promise<BatchPlan> {
  const compiled = compileLeg(db, leg, await availableColumns(db, leg.source))
  return {
    execution,
    leg,
    walk: await makeWalk(db, execution, leg),
    compiled,
    problem: firstProblem([...sourceChecks(db, project, leg), ...compiled.problems]),
    checks: targetChecks(db, leg),
  }
}

/** The table in which a batch is made ready. It is temporary, and small enough for the cache. */
export async function makeBatchTable(db: Database, { leg, compiled }: BatchPlan): Promise<void> {
  await dropBatchTable(db)
  const fields = compiled.fields.map(
    ({ to }) => sql`${identifier(to)} ${raw(db.dialect.columnType(columnTypeOf(leg.target, to)))}`,
  )
  const notices = compiled.notices.map((_, i) => sql`${notice(i)} integer NOT NULL`)
  await db.script(
    textOf(
      sql`CREATE TEMP TABLE p2c_sync_batch (source_id text NOT NULL, key text NOT NULL, problem text, outcome text NOT NULL, recorded text, ${join([...notices, ...fields])})`,
    ),
  )
}

export async function dropBatchTable(db: Database): Promise<void> {
  await db.script('DROP TABLE IF EXISTS p2c_sync_batch')
}

/**
 * Carries a stretch of rows over, inside the transaction of the caller: makes the records ready,
 * sorts out those that must be rejected and those that are there already, and writes the rest.
 *
 * @param refused the database's message, where it refused this very row; then nothing is written
 */
export async function runBatch(
  db: Database,
  plan: BatchPlan,
  stretch: Stretch,
  refused?: string,
): Promise<BatchResult> {
  const fresh = !(await isOccupied(db, plan, stretch))
  await db.change(sql`DELETE FROM p2c_sync_batch`)
  await fill(db, plan, stretch, fresh)
  await findProblems(db, plan, refused)
  if (!fresh) await compare(db, plan)
  const result = await summarize(db, plan)
  if (result.counts.rejected > 0) await writeRejects(db, plan)
  if (result.counts.inserted + result.counts.updated > 0) await writeTarget(db, plan)
  await writeRecords(db, plan, fresh)
  return result
}

/** Whether the target has any record where the batch will write. */
async function isOccupied(db: Database, { leg }: BatchPlan, stretch: Stretch): Promise<boolean> {
  const [first] = leg.target.key
  const owner = leg.maps.find(map => map.to === first)?.default
  const number = identifier(leg.target.number)
  const bounds = [sql`${number} > ${stretch.after}`]
  if (stretch.last !== undefined) bounds.push(sql`${number} <= ${stretch.last}`)
  const found = await db.row(
    sql`SELECT 1 AS found FROM ${identifier(leg.target.table)} WHERE ${identifier(first ?? '')} = ${owner} AND ${all(bounds)} LIMIT 1`,
  )
  return found !== undefined
}

async function fill(
  db: Database,
  plan: BatchPlan,
  stretch: Stretch,
  fresh: boolean,
): Promise<void> {
  const { compiled, walk, leg, execution } = plan
  const notices = compiled.notices.map((_, i) => notice(i))
  const columns = [...notices, ...compiled.fields.map(({ to }) => identifier(to))]
  const values = [
    ...compiled.notices.map(({ when }) => sql`CASE WHEN ${when} THEN 1 ELSE 0 END`),
    ...compiled.fields.map(({ value }) => value),
  ]
  const outcome = literal(fresh ? 'inserted' : 'unchanged')
  // What p2c_sync_record tells of this leg if nothing more is written there.
  const recorded =
    leg.name === 'source-cds'
      ? raw('CAST(NULL AS TEXT)')
      : sql`CASE WHEN w.execution_id = ${literal(execution.id)} THEN w.source_cds ELSE 'unchanged' END`
  await db.change(
    sql`INSERT INTO p2c_sync_batch (source_id, key, problem, outcome, recorded, ${join(columns)})
      SELECT ${walk.sourceId}, w.key, ${plan.problem}, ${outcome}, ${recorded}, ${join(values)}
      FROM ${walk.from} ${walk.join} ${compiled.joins} WHERE ${within(walk, stretch)}`,
  )
}

async function findProblems(db: Database, plan: BatchPlan, refused?: string): Promise<void> {
  const checks = plan.checks.rejecting
  if (checks.length > 0)
    await db.change(
      sql`UPDATE p2c_sync_batch SET problem = ${firstProblem(checks)} WHERE problem IS NULL AND ${any(checks.map(({ when }) => when))}`,
    )
  if (refused !== undefined)
    await db.change(
      sql`UPDATE p2c_sync_batch SET problem = ${packed('DATABASE_REFUSED', literal(refused))} WHERE problem IS NULL`,
    )
}

async function compare(db: Database, { leg, compiled }: BatchPlan): Promise<void> {
  const batch = (to: string) => sql`p2c_sync_batch.${identifier(to)}`
  const there = (condition: Sql) =>
    sql`EXISTS (SELECT 1 FROM ${identifier(leg.target.table)} AS t WHERE ${all(leg.target.key.map(to => sql`t.${identifier(to)} = ${batch(to)}`))} AND ${condition})`
  const different = compiled.fields.map(
    ({ to }) => sql`t.${identifier(to)} IS DISTINCT FROM ${batch(to)}`,
  )
  await db.change(
    sql`UPDATE p2c_sync_batch SET outcome = CASE WHEN ${there(all([]))} THEN 'updated' ELSE 'inserted' END
      WHERE problem IS NULL AND NOT ${there(sql`NOT ${any(different)}`)}`,
  )
}

async function summarize(db: Database, { compiled, checks }: BatchPlan): Promise<BatchResult> {
  const made = [
    ...compiled.notices.map(({ code, to }, i) => ({
      name: `${code}|${to}`,
      when: sql`${notice(i)} = 1`,
    })),
    ...checks.warning.map(({ code, to, when }) => ({ name: `${code}|${to}`, when })),
  ]
  const count = (when: Sql) => sql`coalesce(sum(CASE WHEN ${when} THEN 1 ELSE 0 END), 0)`
  const outcomes = ['inserted', 'updated', 'unchanged'] as const
  const taken = outcomes.map(
    outcome =>
      sql`${count(sql`problem IS NULL AND outcome = ${literal(outcome)}`)} AS ${raw(outcome)}`,
  )
  const noted = made.map(
    ({ when }, i) => sql`${count(sql`problem IS NULL AND ${when}`)} AS ${notice(i)}`,
  )
  const row = await db.row<Record<string, number>>(
    sql`SELECT ${join([...taken, sql`${count(sql`problem IS NOT NULL`)} AS rejected`, ...noted])} FROM p2c_sync_batch`,
  )
  const number = (name: string) => Number(row?.[name] ?? 0)
  return {
    counts: {
      inserted: number('inserted'),
      updated: number('updated'),
      unchanged: number('unchanged'),
      rejected: number('rejected'),
    },
    notices: Object.fromEntries(made.map(({ name }, i) => [name, number(`notice_${i}`)])),
  }
}

async function writeRejects(db: Database, { execution, leg }: BatchPlan): Promise<void> {
  const problem = raw('problem')
  await db.change(
    sql`INSERT INTO p2c_sync_reject (task, leg, source_id, key, code, message, execution_id, rejected_on)
      SELECT ${execution.task}, ${leg.name}, source_id, key, ${codeOf(problem)}, ${messageOf(problem)}, ${execution.id}, ${now()}
      FROM p2c_sync_batch WHERE problem IS NOT NULL
      ON CONFLICT (task, leg, source_id) DO UPDATE SET key = excluded.key, code = excluded.code, message = excluded.message, execution_id = excluded.execution_id, rejected_on = excluded.rejected_on`,
  )
}

async function writeTarget(db: Database, { leg, compiled }: BatchPlan): Promise<void> {
  const columns = compiled.fields.map(({ to }) => identifier(to))
  const key = leg.target.key.map(identifier)
  const others = compiled.fields.filter(({ to }) => !leg.target.key.includes(to))
  const set = others.map(({ to }) => sql`${identifier(to)} = excluded.${identifier(to)}`)
  await db.change(
    sql`INSERT INTO ${identifier(leg.target.table)} (${join(columns)}) SELECT ${join(columns)} FROM p2c_sync_batch
      WHERE problem IS NULL AND outcome <> 'unchanged' ON CONFLICT (${join(key)}) DO UPDATE SET ${join(set)}`,
  )
}

async function writeRecords(
  db: Database,
  { execution, leg }: BatchPlan,
  fresh: boolean,
): Promise<void> {
  const { id, task } = execution
  if (leg.name === 'cds-destination') {
    await db.change(
      sql`UPDATE p2c_sync_record SET destination_execution_id = ${id}, cds_destination = b.outcome FROM p2c_sync_batch AS b
        WHERE b.problem IS NULL AND b.outcome <> b.recorded AND p2c_sync_record.task = ${task} AND p2c_sync_record.key = b.key`,
    )
    return
  }
  const known = sql`EXISTS (SELECT 1 FROM p2c_sync_record AS r WHERE r.task = ${task} AND r.key = b.key AND r.source_id = b.source_id)`
  const due = fresh ? all([]) : sql`(b.outcome <> 'unchanged' OR NOT ${known})`
  await db.change(
    sql`INSERT INTO p2c_sync_record (task, key, source_id, execution_id, source_cds)
      SELECT ${task}, b.key, b.source_id, ${id}, b.outcome FROM p2c_sync_batch AS b WHERE b.problem IS NULL AND ${due}
      ON CONFLICT (task, key) DO UPDATE SET source_id = excluded.source_id, execution_id = excluded.execution_id, source_cds = excluded.source_cds`,
  )
}

function notice(i: number): Sql {
  return raw(`notice_${i}`)
}
