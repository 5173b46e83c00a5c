import type { Database } from '../database/database.ts'
import type { Run } from '../database/history.ts'
import type { Work } from '../events.ts'
import {
  beginExecution,
  unfinishedExecution,
  type Counts,
  type Execution,
  type SyncMode,
} from './execution.ts'
import { knownCountries } from './countries.ts'
import { countLeftBehind } from './left-behind.ts'
import { dropCountryTable, makeCountryTable } from './lookup-tables.ts'
import { projectOf, type Project } from './project.ts'
import { runLeg } from './run-leg.ts'
import type { LegName, TemplateName } from './template.ts'
import { templates } from './templates/all.ts'

export interface SyncOptions {
  /** Which projects are run, always in their own order; all where nothing is said. */
  readonly templates?: readonly TemplateName[]
  /**
   * `full` compares every row of the source with the targets, `changed` what may have changed
   * (for now every row), `retry` only the rows that stand in p2c_sync_reject. Each writes only
   * what differs.
   */
  readonly mode: SyncMode
}

/** As the Data Integrator judges an execution: all records, some of them, none. */
export type SyncStatus = 'Completed' | 'Warning' | 'Error'

export interface LegResult extends Counts {
  readonly leg: LegName
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
 * An execution that was stopped or killed is carried on from its last batch, and counts as if it
 * had never been interrupted. Where another mode is asked for now, it is finished first; a full
 * execution takes the place of one that is not.
 *
 * @throws P2cError CONFIG_INVALID before anything is written; TOO_MANY_REJECTS
 */
export async function* syncTemplates(
  db: Database,
  run: Run,
  options: SyncOptions,
): Work<SyncResult> {
  const chosen = templates.filter(({ name }) => options.templates?.includes(name) ?? true)
  const projects = chosen.map(template => projectOf(template, db.config))
  const results: TemplateResult[] = []
  await makeCountryTable(db, await knownCountries())
  try {
    for (const project of projects) {
      const result = await resultOf(db, project, yield* syncProject(db, run, project, options.mode))
      for (const { code, message } of result.warnings) yield { type: 'warning', code, message }
      results.push(result)
    }
  } finally {
    await dropCountryTable(db)
  }
  return { templates: results }
}

async function* syncProject(
  db: Database,
  run: Run,
  project: Project,
  mode: SyncMode,
): Work<Execution> {
  const unfinished = await unfinishedExecution(db, project.task)
  if (unfinished && (unfinished.mode === 'full' || mode !== 'full')) {
    const finished = yield* execute(db, run, project, unfinished)
    if (finished.mode === mode) return finished
  }
  return yield* execute(db, run, project, await beginExecution(db, run, project, mode))
}

async function* execute(
  db: Database,
  run: Run,
  project: Project,
  begun: Execution,
): Work<Execution> {
  let execution = begun
  for (const leg of project.legs)
    if (leg.name === execution.leg) execution = yield* runLeg(db, run, project, leg, execution)
  return execution
}

async function resultOf(
  db: Database,
  project: Project,
  { tally, mode }: Execution,
): Promise<TemplateResult> {
  const legs = project.legs.map(({ name }) => ({ leg: name, ...tally.legs[name] }))
  const taken = ({ inserted, updated, unchanged }: Counts) => inserted + updated + unchanged
  const left =
    mode === 'retry' ? 0 : await countLeftBehind(db, project, taken(tally.legs['source-cds']))
  return {
    template: project.name,
    task: project.task,
    status: statusOf(legs, taken(tally.legs['cds-destination'])),
    legs,
    warnings: [...noticesOf(project, tally.notices), ...leftWarning(project, left)],
  }
}

function statusOf(legs: readonly LegResult[], delivered: number): SyncStatus {
  if (legs.every(leg => leg.rejected === 0)) return 'Completed'
  return delivered > 0 ? 'Warning' : 'Error'
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

function leftWarning(project: Project, count: number): SyncWarning[] {
  if (count === 0) return []
  const message = `${project.name}: ${count} records have no row in Sales any more that this template selects; they are left as they are`
  return [{ code: 'RECORD_LEFT_BEHIND', count, message }]
}
