import type { Database } from '../database/database.ts'
import { now } from '../database/history.ts'
import {
  all,
  any,
  countOf,
  empty,
  identifier,
  join,
  literal,
  mostlyTrue,
  raw,
  sql,
  textOf,
  type Sql,
} from '../domain/sql.ts'
import { firstProblem, targetChecks, valueReader } from './checks.ts'
import {
  availableColumns,
  compileLeg,
  readsSales,
  type Check,
  type CompiledField,
  type Notice,
} from './compile.ts'
import { columnTypeOf, isText } from './entities/entity.ts'
import type { Counts, Execution } from './execution.ts'
import { takenByAnother } from './finops-parties.ts'
import { codeOf, messageOf, packed } from './problem.ts'
import type { Project, ProjectLeg } from './project.ts'
import { recordedRows } from './recorded-rows.ts'
import { selectedRows } from './selected-rows.ts'
import { sourceChecks } from './source-checks.ts'
import type { Ground, Observation, Stretch, Walk } from './walk.ts'

/** The statements of a leg, composed once and run for each batch. */
export interface BatchPlan {
  readonly execution: Execution
  readonly leg: ProjectLeg
  readonly walk: Walk
  /** What a row must not be to be taken, the first that it is being told. */
  readonly checks: readonly Check[]
  /** The rows as they are. */
  readonly actual: View
  /** The rows as they were when they were listed, which is quicker to have. */
  readonly listed: View
}

/** What becomes of a row of the walk. */
interface View {
  /** What must be joined to see it. */
  readonly joins: Sql
  readonly fields: readonly { readonly to: string; readonly value: Sql }[]
  /** That nothing is wrong with it. */
  readonly isFine: Sql
  readonly notices: readonly Notice[]
}

export interface BatchResult {
  readonly counts: Counts
  /** Records by `code|field`. */
  readonly notices: Readonly<Record<string, number>>
}

/** The statements of a leg whose rows are not divided yet. */
interface BatchDraft {
  readonly ground: Ground
  readonly planFor: (walk: Walk) => BatchPlan
}

/** Composes the statements of a leg. */
export async function draftBatches(
  db: Database,
  project: Project,
  leg: ProjectLeg,
  execution: Execution,
): Promise<BatchDraft> {
  const compiled = compileLeg(db, leg, await availableColumns(db, leg.source))
  const target = targetChecks(db, leg, compiled.fields)
  const checks = [
    ...sourceChecks(db, project, leg),
    ...compiled.problems,
    ...target.rejecting,
    ...(await takenByAnother(db, leg, valueReader(compiled.fields))),
  ]
  const seen: View = {
    joins: compiled.joins,
    fields: compiled.fields,
    isFine: mostlyTrue(sql`NOT ${any(checks.map(({ when }) => when))}`, { ofNull: true }),
    notices: [...compiled.notices, ...target.warning],
  }
  const { listed, columns } = listing(db, leg, seen, compiled.fields)
  return {
    ground: readsSales(leg)
      ? selectedRows(db, execution, leg, { joins: seen.joins, columns })
      : await recordedRows(db, execution, leg),
    planFor: walk => {
      const actual = { ...seen, joins: sql`${walk.join} ${seen.joins}` }
      return { execution, leg, walk, checks, actual, listed }
    },
  }
}

/**
 * A view as columns of the list, and how it is seen there. What is the same for all rows is not
 * kept in it, nor the number, which is the key, and what several fields share, once: the list is
 * sorted, row by row.
 */
function listing(
  db: Database,
  leg: ProjectLeg,
  { isFine, notices }: View,
  fields: readonly CompiledField[],
): { listed: View; columns: Observation['columns'] } {
  const zeroOrOne = (when: Sql) => sql`CASE WHEN ${when} THEN 1 ELSE 0 END`
  const notice = (i: number) => raw(`notice_${i}`)
  const kept = new Map<string, Observation['columns'][number]>()
  const key = db.names.column(leg.number, 's')
  const keep = (to: string, value: Sql) => {
    if (to === leg.target.number && value.sql === key.sql) return raw('w.key')
    const type = raw(db.dialect.columnType(columnTypeOf(leg.target, to)))
    const same = JSON.stringify([type.sql, value.sql, value.values])
    const column = kept.get(same) ?? { name: raw(`field_${kept.size}`), value, type }
    kept.set(same, column)
    return sql`w.${column.name}`
  }
  return {
    listed: {
      joins: empty,
      fields: fields.map(({ to, value, isConstant }) => ({
        to,
        value: isConstant ? value : keep(to, value),
      })),
      isFine: raw('w.is_fine = 1'),
      notices: notices.map((one, i) => ({ ...one, when: sql`w.${notice(i)} = 1` })),
    },
    columns: [
      { name: raw('is_fine'), value: zeroOrOne(isFine), type: raw('integer') },
      ...notices.map(({ when }, i) => ({
        name: notice(i),
        value: zeroOrOne(when),
        type: raw('integer'),
      })),
      ...kept.values(),
    ],
  }
}

/** The table in which a batch notes the records that are not as they should be. */
export async function makeBatchTable(db: Database): Promise<void> {
  await dropBatchTable(db)
  await db.script(
    textOf(
      sql`CREATE TEMP TABLE p2c_sync_change (key ${db.dialect.bytewiseText} NOT NULL PRIMARY KEY, outcome text NOT NULL) ${db.dialect.clusteredByKey}`,
    ),
  )
}

export async function dropBatchTable(db: Database): Promise<void> {
  await db.script('DROP TABLE IF EXISTS p2c_sync_change')
}

/**
 * Carries a stretch of rows over, inside the transaction of the caller: sets those aside that must
 * be rejected, and writes the others where the target does not have them as they are.
 *
 * @param refused the database's message, where it refused this very stretch; then nothing is taken
 */
export async function runBatch(
  db: Database,
  plan: BatchPlan,
  stretch: Stretch,
  refused?: string,
): Promise<BatchResult> {
  if (refused !== undefined) {
    const rejected = await writeRejects(db, plan, stretch, refused)
    return { counts: { inserted: 0, updated: 0, unchanged: 0, rejected }, notices: {} }
  }
  const view = (await plan.walk.isObserved(db)) ? plan.listed : plan.actual
  return (await isOccupied(db, plan, stretch))
    ? compareBatch(db, plan, view, stretch)
    : fillBatch(db, plan, view, stretch)
}

/**
 * Where the target has nothing yet: what is fine goes straight into it. Only where fewer records
 * came than there are rows, it is looked which are missing, and why.
 */
async function fillBatch(
  db: Database,
  plan: BatchPlan,
  view: View,
  stretch: Stretch,
): Promise<BatchResult> {
  const { notices } = view
  const { inserted, counts } = await db.dialect.insertCounting(
    db,
    {
      into: identifier(plan.leg.target.table),
      columns: view.fields.map(({ to, value }) => ({
        name: identifier(to),
        type: db.dialect.columnType(columnTypeOf(plan.leg.target, to)),
        value,
      })),
      from: rowsOf(stretch, view, view.isFine),
    },
    notices.map(({ when }) => when),
  )
  const rejected = inserted === stretch.rows ? 0 : await writeRejects(db, plan, stretch)
  const rows: Taken = { view, stretch, rejected, gone: stretch.rows - inserted - rejected }
  if (!isTold(plan, 'inserted')) await writeRecords(db, plan, rows, literal('inserted'))
  return {
    counts: { inserted, updated: 0, unchanged: 0, rejected },
    notices: noted(notices, i => counts[i]),
  }
}

/** Where the target has records: one look compares them, and mostly there is nothing else to do. */
async function compareBatch(
  db: Database,
  plan: BatchPlan,
  view: View,
  stretch: Stretch,
): Promise<BatchResult> {
  const { taken, notices, different, unrecorded } = await compare(db, plan, view, stretch)
  const rejected = taken < stretch.rows ? await writeRejects(db, plan, stretch) : 0
  const rows: Taken = { view, stretch, rejected, gone: stretch.rows - taken - rejected }
  if (different === 0 && unrecorded === 0 && isTold(plan, 'unchanged'))
    return { counts: { inserted: 0, updated: 0, unchanged: taken, rejected }, notices }
  const written = different === 0 ? { inserted: 0, updated: 0 } : await writeChanges(db, plan, rows)
  await writeRecords(db, plan, rows, different === 0 ? literal('unchanged') : 'by p2c_sync_change')
  return {
    counts: { ...written, unchanged: taken - written.inserted - written.updated, rejected },
    notices,
  }
}

/**
 * Whether the records of a leg tell already that all of them had this outcome. The second leg has
 * none of its own where it is that of the first: see p2c_sync_outcome.
 */
function isTold({ execution, leg, walk }: BatchPlan, outcome: 'inserted' | 'unchanged'): boolean {
  const { inserted, updated } = execution.tally.legs['source-cds']
  if (leg.name === 'source-cds') return outcome === 'unchanged'
  return outcome === 'inserted' ? inserted === walk.length : inserted + updated === 0
}

/** The rows of a stretch that are taken: all but those that are counted here. */
interface Taken {
  readonly view: View
  readonly stretch: Stretch
  readonly rejected: number
  /** Rows that changed since they were listed, and are none of the leg's any more. */
  readonly gone: number
}

/** The condition on a row of the walk, with `joinsOf` joined, that it is taken. */
function isTaken({ execution, leg }: BatchPlan, { stretch, rejected }: Taken): Sql {
  if (rejected === 0) return stretch.within
  const isRejected = sql`SELECT 1 FROM p2c_sync_reject AS j WHERE j.task = ${execution.task} AND j.leg = ${leg.name} AND j.source_id = w.source_id AND j.execution_id = ${execution.id}`
  return sql`${stretch.within} AND NOT EXISTS (${isRejected})`
}

/** What must be joined to the walk to see which of its rows are taken. */
function joinsOf({ view, gone }: Taken): Sql {
  return gone === 0 ? empty : view.joins
}

/** How many records each notice is about, by `code|field`. */
function noted(
  notices: readonly Notice[],
  rowsWith: (place: number) => unknown,
): Record<string, number> {
  return Object.fromEntries(
    notices.map(({ code, to }, i) => [`${code}|${to}`, Number(rowsWith(i) ?? 0)]),
  )
}

/** What a look at a stretch counts. */
interface Compared {
  readonly taken: number
  readonly notices: Record<string, number>
  readonly different: number
  /** Rows that no record tells of. */
  readonly unrecorded: number
}

/** Compares the rows of a stretch that are fine with the target and with the records. */
async function compare(
  db: Database,
  plan: BatchPlan,
  view: View,
  stretch: Stretch,
): Promise<Compared> {
  const { execution, leg } = plan
  const { joins, isFine, notices } = view
  const { there, isMissing, isDifferent } = comparison(leg, view)
  // The second leg walks the records themselves.
  const unrecorded = readsSales(leg) ? sql`NOT ${isRecorded(execution)}` : any([])
  const notice = (i: number) => `notice_${i}`
  const counts = [
    raw('count(*) AS taken'),
    ...notices.map(({ when }, i) => sql`${countOf(when)} AS ${raw(notice(i))}`),
    sql`${countOf(any([isMissing, isDifferent]))} AS different`,
    sql`${countOf(unrecorded)} AS unrecorded`,
  ]
  const row = await db.row<Record<string, number>>(
    sql`SELECT ${join(counts)} FROM ${stretch.from} ${joins} LEFT JOIN ${identifier(leg.target.table)} AS t ON ${there} WHERE ${joinedWithin(stretch)} AND ${isFine}`,
  )
  const number = (name: string) => Number(row?.[name] ?? 0)
  return {
    taken: number('taken'),
    notices: noted(notices, i => row?.[notice(i)]),
    different: number('different'),
    unrecorded: number('unrecorded'),
  }
}

/** How the record of a row is found in the target, called `t`, and compared with the row. */
function comparison(
  leg: ProjectLeg,
  { fields }: View,
): { there: Sql; isMissing: Sql; isDifferent: Sql } {
  const valueOf = new Map(fields.map(({ to, value }) => [to, value]))
  const different = fields
    .filter(({ to }) => !leg.target.key.includes(to))
    .map(({ to, value }) => sql`t.${identifier(to)} IS DISTINCT FROM ${asStored(leg, to, value)}`)
  return {
    there: all(leg.target.key.map(to => sql`t.${identifier(to)} = ${valueOf.get(to)}`)),
    isMissing: sql`t.${identifier(leg.target.number)} IS NULL`,
    isDifferent: any(different),
  }
}

/** Whether the row of the walk has its record already. */
function isRecorded({ task }: Execution): Sql {
  return sql`EXISTS (SELECT 1 FROM p2c_sync_record AS r WHERE r.task = ${task} AND r.key = w.key AND r.source_id = w.source_id)`
}

/** Writes down what is wrong with the rows of a stretch; says how many these are. */
async function writeRejects(
  db: Database,
  plan: BatchPlan,
  stretch: Stretch,
  refused?: string,
): Promise<number> {
  const { execution, leg, checks, actual } = plan
  const byRule = firstProblem(checks)
  const problem =
    refused === undefined
      ? byRule
      : sql`coalesce(${byRule}, ${packed('DATABASE_REFUSED', literal(refused))})`
  const where = refused === undefined ? sql`NOT (${actual.isFine})` : all([])
  const found = sql`SELECT w.source_id, w.key, ${problem} AS problem FROM ${stretch.from} ${actual.joins} WHERE ${joinedWithin(stretch)} AND ${where}`
  return db.change(
    sql`INSERT INTO p2c_sync_reject (task, leg, source_id, key, code, message, execution_id, rejected_on)
      SELECT ${execution.task}, ${leg.name}, source_id, key, ${codeOf(raw('problem'))}, ${messageOf(raw('problem'))}, ${execution.id}, ${now()}
      FROM (${found}) AS found WHERE true
      ON CONFLICT (task, leg, source_id) DO UPDATE SET key = excluded.key, code = excluded.code, message = excluded.message, execution_id = excluded.execution_id, rejected_on = excluded.rejected_on`,
  )
}

/** Whether the target has any record where the batch will write. */
async function isOccupied(db: Database, { leg }: BatchPlan, stretch: Stretch): Promise<boolean> {
  const [first] = leg.target.key
  const owner = leg.maps.find(map => map.to === first)?.default
  const number = identifier(leg.target.number)
  const found = await db.row(
    sql`SELECT 1 AS found FROM ${identifier(leg.target.table)} WHERE ${identifier(first ?? '')} = ${owner} AND ${number} > ${stretch.after} AND ${number} <= ${stretch.last} LIMIT 1`,
  )
  return found !== undefined
}

/** Looks for the records that are missing or different, and writes these. */
async function writeChanges(
  db: Database,
  plan: BatchPlan,
  taken: Taken,
): Promise<Pick<Counts, 'inserted' | 'updated'>> {
  const { leg } = plan
  const { stretch } = taken
  const { joins, fields } = taken.view
  const target = identifier(leg.target.table)
  const { there, isMissing, isDifferent } = comparison(leg, taken.view)
  await db.change(sql`DELETE FROM p2c_sync_change`)
  const changed = await db.change(
    sql`INSERT INTO p2c_sync_change (key, outcome)
      SELECT w.key, CASE WHEN ${isMissing} THEN 'inserted' ELSE 'updated' END
      FROM ${stretch.from} ${joins} LEFT JOIN ${target} AS t ON ${there}
      WHERE ${isTaken(plan, taken)} AND ${stretch.sourceWithin} AND (${isMissing} OR ${isDifferent})`,
  )
  if (changed === 0) return { inserted: 0, updated: 0 }
  const isChanged = sql`w.key IN (SELECT c.key FROM p2c_sync_change AS c)`
  const others = fields.filter(({ to }) => !leg.target.key.includes(to))
  const set = others.map(({ to }) => sql`${identifier(to)} = excluded.${identifier(to)}`)
  const key = leg.target.key.map(identifier)
  const rows = rowsOf(stretch, taken.view, isChanged)
  await db.change(
    sql`INSERT INTO ${target} (${join(fields.map(({ to }) => identifier(to)))}) SELECT ${join(fields.map(({ value }) => value))} ${rows} ON CONFLICT (${join(key)}) DO UPDATE SET ${join(set)}`,
  )
  const added = await db.row<{ n: number }>(
    sql`SELECT count(*) AS n FROM p2c_sync_change WHERE outcome = 'inserted'`,
  )
  const inserted = Number(added?.n ?? 0)
  return { inserted, updated: changed - inserted }
}

/** Whether a row of the walk, and the source's row that is joined to it, lie in a stretch. */
function joinedWithin({ within, sourceWithin }: Stretch): Sql {
  return all([within, sourceWithin])
}

/** FROM and WHERE of a statement that reads rows of a stretch. */
function rowsOf(stretch: Stretch, { joins }: View, where: Sql): Sql {
  return sql`FROM ${stretch.from} ${joins} WHERE ${all([joinedWithin(stretch), where])}`
}

/** A value as the target's column has it, to compare it with what is there. */
function asStored(leg: ProjectLeg, to: string, value: Sql): Sql {
  return isText(leg.target, to) ? sql`CAST(${value} AS TEXT)` : value
}

/** Writes down what became of each record: of its way into CDS, or of its delivery. */
async function writeRecords(
  db: Database,
  plan: BatchPlan,
  taken: Taken,
  outcome: Sql | 'by p2c_sync_change',
): Promise<void> {
  const { execution, leg } = plan
  const { id, task } = execution
  const { stretch } = taken
  const outcomeOf = (key: Sql) =>
    outcome !== 'by p2c_sync_change'
      ? outcome
      : sql`coalesce((SELECT c.outcome FROM p2c_sync_change AS c WHERE c.key = ${key}), 'unchanged')`
  if (leg.name === 'cds-destination') {
    const key = raw('p2c_sync_record.key')
    const walked = sql`SELECT w.key FROM ${stretch.from} ${joinsOf(taken)} WHERE ${isTaken(plan, taken)}`
    // What the record tells of this leg if nothing more is written there.
    const recorded = sql`CASE WHEN p2c_sync_record.execution_id = ${id} THEN p2c_sync_record.source_cds ELSE 'unchanged' END`
    await db.change(
      sql`UPDATE p2c_sync_record SET destination_execution_id = ${id}, cds_destination = ${outcomeOf(key)}
        WHERE task = ${task} AND key > ${stretch.after} AND key <= ${stretch.last}
          AND ${outcomeOf(key)} <> ${recorded} AND key IN (${walked})`,
    )
    return
  }
  const became = outcomeOf(raw('w.key'))
  // Where there is none yet, none can be in the way, which is quicker to write.
  const isFirst = !(await areRecorded(db, plan, stretch))
  const due = isFirst ? all([]) : sql`(${became} <> 'unchanged' OR NOT ${isRecorded(execution)})`
  const instead = isFirst
    ? empty
    : sql`ON CONFLICT (task, key) DO UPDATE SET source_id = excluded.source_id, execution_id = excluded.execution_id, source_cds = excluded.source_cds`
  await db.change(
    sql`INSERT INTO p2c_sync_record (task, key, source_id, execution_id, source_cds)
      SELECT ${task}, w.key, w.source_id, ${id}, ${became} FROM ${stretch.from} ${joinsOf(taken)} WHERE ${isTaken(plan, taken)} AND ${due} ${instead}`,
  )
}

/** Whether the task has a record of anything in a stretch. */
async function areRecorded(
  db: Database,
  { execution }: BatchPlan,
  { after, last }: Stretch,
): Promise<boolean> {
  const found = await db.row(
    sql`SELECT 1 AS found FROM p2c_sync_record WHERE task = ${execution.task} AND key > ${after} AND key <= ${last} LIMIT 1`,
  )
  return found !== undefined
}
