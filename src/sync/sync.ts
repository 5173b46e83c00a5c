import { withRetries } from '../backfill/retry.ts'
import { workersOf } from '../backfill/workers.ts'
import type { Database } from '../database/database.ts'
import type { Run } from '../database/history.ts'
import { sql } from '../domain/sql.ts'
import type { Work } from '../events.ts'
import { listsAhead, type Later } from './ahead.ts'
import { startExecution, type Execution, type SyncMode } from './execution.ts'
import { settleChangedRows, takeChangedRows, whyEveryRow } from './changed-rows.ts'
import { knownCountries } from './countries.ts'
import { countLeftBehind, partiesTwice } from './left-behind.ts'
import { makeCountryTable } from './lookup-tables.ts'
import type { Project } from './project.ts'
import { projectOfTask, projectsOf } from './projects.ts'
import { runLeg, type Means } from './run-leg.ts'
import { beginSession, finishedFullSession, unfinishedSession } from './session.ts'
import { legResults, statusOf, type LegResult, type SyncStatus } from './status.ts'
import { addTargetColumns } from './targets.ts'
import type { TemplateName } from './template.ts'
import { dropAllWorkTables } from './work-tables.ts'

export interface SyncOptions {
  /** Which projects are run, always in their own order; all where nothing is said. */
  readonly templates?: readonly TemplateName[]
  /**
   * `full` compares every row of the source with the targets; `changed` those that were written
   * since the last sync of all templates, where these are known, else every row; `retry` only the
   * rows that stand in p2c_sync_reject. Each writes only what differs.
   */
  readonly mode: SyncMode
  /** Where a full sync came to its end already, gives back its result and does nothing. */
  readonly once?: boolean
  /** How many connections work on each leg; as the configuration says where nothing is said. */
  readonly workers?: number | undefined
  /** From how many rows on a thread lists what comes next; 200,000 where nothing is said. */
  readonly listAheadFrom?: number
}

export interface SyncWarning {
  readonly code: string
  readonly count: number
  readonly message: string
}

export interface TemplateResult {
  readonly template: TemplateName
  readonly task: string
  readonly status: SyncStatus
  readonly legs: readonly LegResult[]
  readonly warnings: readonly SyncWarning[]
}

export interface SyncResult {
  readonly templates: readonly TemplateResult[]
}

/**
 * Runs the projects: accounts, then contacts, then contacts to customers, each from Sales to CDS
 * and from CDS to Finance and Operations. The caller has the lock and the run, and has made the target tables.
 *
 * Executions that were stopped or killed are carried on from the last batch, and count as if they
 * had never been interrupted. Where something else is asked for now, they are finished first; a
 * full sync takes the place of one that is not.
 *
 * @throws P2cError CONFIG_INVALID before anything is written; TOO_MANY_REJECTS
 */
export async function* syncTemplates(
  db: Database,
  run: Run,
  options: SyncOptions,
): Work<SyncResult> {
  const workers = workersOf(db, options.workers)
  const means: Means = { workers, ahead: listsAhead(db, options.listAheadFrom) }
  const projects = await projectsOf(db)
  const chosen = projects.filter(({ name }) => options.templates?.includes(name) ?? true)
  await addTargetColumns(db, projects)
  await makeCountryTable(db, await knownCountries())
  try {
    const finished = options.once ? await finishedFullSession(db) : []
    if (finished.length > 0) return yield* runSession(db, run, projects, finished, means)
    const mode = yield* modeFor(db, projects, options.mode)
    const unfinished = await unfinishedSession(db)
    const [first] = unfinished
    if (first && (first.mode === 'full' || mode !== 'full')) {
      const result = yield* runSession(db, run, projects, unfinished, means)
      const tasks = new Set(unfinished.map(execution => execution.task))
      const isAllThatIsWanted = first.mode === mode && chosen.every(({ task }) => tasks.has(task))
      if (isAllThatIsWanted) return result
    }
    // What is taken up is looked at by the next session, also where this one does not come to begin.
    if (mode !== 'retry')
      await withRetries(db, () => db.transaction(() => db.dialect.takeNotesOfNew(db)))
    // Others may write again what it takes up: then it must look anew.
    const { value: session } = await withRetries(db, () =>
      beginSession(db, run, chosen, mode, async () => {
        if (mode !== 'retry') await takeChangedRows(db, projects)
      }),
    )
    return yield* runSession(db, run, projects, session, means)
  } finally {
    await means.ahead.end()
    await dropAllWorkTables(db)
  }
}

/** Only what was written is looked at where that is enough. */
async function* modeFor(
  db: Database,
  projects: readonly Project[],
  wanted: SyncMode,
): Work<SyncMode> {
  if (wanted !== 'changed') return wanted
  const reason = await whyEveryRow(db, projects)
  if (reason === null) return 'changed'
  yield { type: 'warning', code: 'CHANGES_UNKNOWN', message: `every row is compared: ${reason}` }
  return 'full'
}

async function* runSession(
  db: Database,
  run: Run,
  projects: readonly Project[],
  session: readonly Execution[],
  means: Means,
): Work<SyncResult> {
  const results: TemplateResult[] = []
  const steps = session.map(execution => ({
    execution,
    project: projectOfTask(projects, execution.task),
  }))
  for (const [i, { execution: begun, project }] of steps.entries()) {
    const execution =
      begun.state === 'finished'
        ? begun
        : yield* execute(db, run, project, begun, means, steps.slice(i + 1).map(laterOf))
    const result = await resultOf(db, project, execution)
    for (const { code, message } of result.warnings) yield { type: 'warning', code, message }
    results.push(result)
  }
  const told: TemplateResult[] = []
  for (const result of results) {
    const twice = await twiceWarning(db, projects, result)
    for (const { code, message } of twice) yield { type: 'warning', code, message }
    told.push({ ...result, warnings: [...result.warnings, ...twice] })
  }
  const isRetry = session.some(({ mode }) => mode === 'retry')
  if (!isRetry) await settleChangedRows(db, projects, session.length === projects.length)
  return { templates: told }
}

function laterOf({ execution, project }: { execution: Execution; project: Project }): Later {
  return { execution, leg: project.legs[0] }
}

/** @param later what comes behind this execution */
async function* execute(
  db: Database,
  run: Run,
  project: Project,
  begun: Execution,
  means: Means,
  later: readonly Later[],
): Work<Execution> {
  let execution = await startExecution(db, begun)
  for (const leg of project.legs)
    if (leg.name === execution.leg) {
      await means.ahead.begin(later, execution)
      execution = yield* runLeg(db, run, project, leg, execution, means)
    }
  return execution
}

async function resultOf(
  db: Database,
  project: Project,
  { tally, mode }: Execution,
): Promise<TemplateResult> {
  const left = mode === 'retry' ? 0 : await countLeftBehind(db, project, mode, tally)
  return {
    template: project.name,
    task: project.task,
    status: statusOf(tally),
    legs: legResults(tally),
    warnings: [...noticesOf(project, tally.notices), ...leftWarning(project, left)],
  }
}

const meanings: Readonly<Record<string, string>> = {
  CURRENCY_DEFAULTED: 'took the default currency, because Sales has none',
  COUNTRY_UNKNOWN: 'have a country that nobody knows, and take the default',
  REQUIRED_VALUE_MISSING: 'have no value that is probably required',
  VALUE_TOO_LONG: 'have a value that is probably too long',
}

function noticesOf(project: Project, notices: Readonly<Record<string, number>>): SyncWarning[] {
  return Object.entries(notices).map(([key, count]) => {
    const [leg, code = '', to] = key.split('|')
    const meaning = meanings[code] ?? code
    return { code, count, message: `${project.name}: ${leg}: ${count} records ${meaning} (${to})` }
  })
}

/** Only behind all executions it is known who delivers a contact now. */
async function twiceWarning(
  db: Database,
  projects: readonly Project[],
  { template, warnings }: TemplateResult,
): Promise<SyncWarning[]> {
  const project = projects.find(({ name }) => name === template)
  if (!project || !warnings.some(({ code }) => code === leftBehindCode)) return []
  const row = await db.row<{ n: number }>(
    sql`SELECT count(*) AS n FROM (${partiesTwice(db, project)}) AS twice`,
  )
  const count = Number(row?.n ?? 0)
  if (count === 0) return []
  const message = `${project.name}: ${count} of the records left behind are contacts that another template delivers by now: Finance and Operations has each of them twice, as a customer and as a contact person; see "p2c explain"`
  return [{ code: 'PARTY_TWICE', count, message }]
}

const leftBehindCode = 'RECORD_LEFT_BEHIND'

function leftWarning(project: Project, count: number): SyncWarning[] {
  if (count === 0) return []
  const message = `${project.name}: ${count} records have no row in Sales any more that this template selects; they are left as they are`
  return [{ code: leftBehindCode, count, message }]
}
