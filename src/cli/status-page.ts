import { count } from '../amount.ts'
import type { RunStatus } from '../migration/run-status.ts'
import type { MigrationState, Status } from '../migration/status.ts'
import { glyphs } from './glyphs.ts'
import { moment } from './moment.ts'
import { table, type Printer, type Tone } from './print.ts'
import { bar } from './progress-bar.ts'
import { duration, piecesOf } from './progress.ts'

const migrationTones: Readonly<Record<MigrationState, Tone>> = {
  applied: 'green',
  pending: 'yellow',
  running: 'cyan',
  interrupted: 'yellow',
  changed: 'red',
  missing: 'red',
}

const outcomeTones: Readonly<Record<string, Tone>> = {
  done: 'green',
  findings: 'yellow',
  running: 'cyan',
  failed: 'red',
}

/** What `p2c status` says to a person. */
export function printStatus(out: Printer, status: Status): void {
  out.line(out.paint('dim', status.database))
  for (const line of whatIsUnderWay(out, status)) out.line(line)
  out.line()
  out.line(out.paint('bold', 'Migrations'))
  const migrations = status.migrations.map(one => [
    out.paint(migrationTones[one.state], one.state),
    one.name,
    out.paint('dim', one.appliedOn === null ? '' : moment(one.appliedOn)),
  ])
  for (const line of table(migrations)) out.line(line)
  if (status.runs.length === 0) return
  out.line()
  out.line(out.paint('bold', 'Last runs'))
  const runs = status.runs.map(run => [
    moment(run.startedOn),
    run.command,
    out.paint(outcomeTones[run.outcome] ?? 'yellow', run.outcome),
    run.rows,
    run.finishedOn === null ? '' : duration(secondsBetween(run.startedOn, run.finishedOn)),
  ])
  const heads = ['started', '', '', 'rows', 'took'].map(head => out.paint('dim', head))
  for (const line of table([heads, ...runs])) out.line(line)
}

function whatIsUnderWay(out: Printer, { locked, current }: Status): string[] {
  if (locked && current?.outcome !== 'running')
    return ['', out.paint('cyan', 'A run has just begun, and has not written anything yet.')]
  if (current === null) return []
  const tone = outcomeTones[current.outcome] ?? 'yellow'
  const title = out.paint(tone, headline(current))
  return ['', title, ...table(facts(out, current))]
}

function headline({ outcome, command }: RunStatus): string {
  if (outcome === 'running') return `p2c ${command} is running`
  return `p2c ${command} ${endings[outcome] ?? outcome}: run it again to go on`
}

const endings: Readonly<Record<string, string>> = {
  interrupted: 'was interrupted',
  stopped: 'was stopped',
  failed: 'failed',
}

function facts(out: Printer, run: RunStatus): string[][] {
  const { actor, host, pid, startedOn, lastBatch } = run
  const isRunning = run.outcome === 'running'
  const rows: string[][] = [
    [isRunning ? 'held by' : 'was run by', `${actor} on ${host}, process ${pid}`],
    ['since', `${moment(startedOn)}${isRunning ? `, ${ago(secondsBetween(startedOn))}` : ''}`],
  ]
  if (run.step !== null && run.done !== null) {
    const rate = isRunning ? run.rowsPerSecond : null
    const pieces = piecesOf({ ...run, step: run.step, rate, slowed: null, seconds: 0 })
    rows.push(['step', run.step])
    rows.push(['rows', joined(barOf(out, run), pieces.percent, pieces.counts)])
    if (pieces.rate !== undefined) rows.push(['speed', joined(pieces.rate, pieces.time)])
  }
  if (lastBatch) {
    const size = lastBatch.rows === null ? '' : `${count(lastBatch.rows)} rows in `
    rows.push(['last batch', `${size}${count(lastBatch.millis)} ms, ${ago(lastBatch.secondsAgo)}`])
  }
  return rows
}

const barWidth = 20

function barOf(out: Printer, { done, total }: RunStatus): string | undefined {
  return total ? bar((done ?? 0) / total, barWidth, glyphs(), out.paint) : undefined
}

function joined(...pieces: (string | undefined)[]): string {
  return pieces.filter(Boolean).join('  ')
}

function ago(seconds: number): string {
  return `${duration(seconds)} ago`
}

function secondsBetween(from: string, to?: string): number {
  return ((to === undefined ? Date.now() : Date.parse(to)) - Date.parse(from)) / 1_000
}
