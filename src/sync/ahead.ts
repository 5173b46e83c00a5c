import { availableParallelism } from 'node:os'
import type { Config } from '../config.ts'
import type { Database } from '../database/database.ts'
import { all, raw, sql, type Sql } from '../domain/sql.ts'
import { startThread } from '../threads.ts'
import type { Execution } from './execution.ts'
import { companyAttributes } from './lookup-tables.ts'
import type { ProjectLeg } from './project.ts'
import { selects } from './selection.ts'
import { sharingKeys } from './source-checks.ts'
import type { LegName } from './template.ts'
import { accounts } from './templates/accounts.ts'
import type { ReadyList } from './walk.ts'
import { listOf } from './work-tables.ts'

/** Fewer rows are listed before a thread has started. */
const worthAThread = 200_000

/** How many rows of a source are looked at to say how long a list will be beside another. */
const sampledRows = 10_000

/** A list that is so many times as long as another takes longer than the other one's legs. */
const muchLonger = 4

/** What a thread is to list. */
export interface AheadData {
  readonly config: Config
  readonly execution: Execution
}

/** How many rows it has listed. */
export interface AheadMessage {
  readonly length: number
}

/** An execution that comes later, and its leg that reads Sales. */
export interface Later {
  readonly execution: Execution
  readonly leg: ProjectLeg
}

/**
 * Lists what later executions go through, and makes what they look things up in, in another thread
 * while this one writes: where one connection writes, a processor is idle then.
 */
export interface Ahead {
  /**
   * Begins with the first that is still to be begun, or with a much longer one behind it, where that is worth a
   * thread, and none is at work; to be called before each leg. What was begun in the first leg of an execution is left
   * at it, or begun anew in the second, when it is known what was rejected.
   *
   * @param now whose leg comes now: its records are written meanwhile
   */
  begin(later: readonly Later[], now: Execution): Promise<void>
  /**
   * Begins with the next where a thread that was in the way has ended; to be called between the batches of a leg, outside a
   * transaction. Costs nothing where there is nothing to do.
   */
  goOn(): Promise<void>
  /** What was made for an execution, taken over; null where nothing was, or it is of no use any more. */
  take(one: Later): Promise<ReadyList | null>
  /** Lets go of what was made for an execution, wherever it stands. */
  letGo(execution: Execution): Promise<void>
  /** Lets go of everything. */
  end(): Promise<void>
}

/** What a thread has begun. */
interface Begun {
  readonly execution: Execution
  /** The execution whose leg it was begun in. */
  readonly meanwhile: Execution
  /** The database's mark of the moment before it began. */
  readonly mark: number
  /** How many rows it has listed, when its connection is closed; null where it could not. */
  readonly listed: Promise<number | null>
  readonly isAtWork: () => boolean
  readonly end: () => void
}

/** What is made aside for an execution is called so. */
export function nameOf({ id }: Execution): string {
  return String(id)
}

/** @param from how many rows a source must have */
export function listsAhead(db: Database, from = worthAThread): Ahead {
  const { workAside } = db.dialect
  const begun = new Map<number, Begun>()
  let waiting: (() => Promise<void>) | null = null
  const isBusy = () => [...begun.values()].some(one => one.isAtWork())

  const letGo = async (execution: Execution) => {
    const one = begun.get(execution.id)
    if (!one) return
    one.end()
    begun.delete(execution.id)
    await workAside?.letGo(db, nameOf(execution))
  }
  const isTrue = async ({ meanwhile }: Begun, leg: ProjectLeg) =>
    !(await mayRejectsHaveChanged(db, leg, meanwhile.leg))

  const begin = async (later: readonly Later[], now: Execution) => {
    waiting = null
    if (!workAside?.isPossible(db)) return
    for (const one of await longFirst(db, await worthIt(db, later, from))) {
      const before = begun.get(one.execution.id)
      if (before && (await isTrue(before, one.leg))) continue
      await letGo(one.execution)
      if (isBusy()) {
        waiting = () => begin(later, now)
        return
      }
      if (await mayRejectsHaveChanged(db, one.leg, now.leg)) continue
      // What others commit from here on changes the mark, and then each row is looked at anew.
      const mark = await db.transaction(() => db.dialect.salesMark(db))
      if (mark === null) return
      begun.set(one.execution.id, { ...start(db, one), meanwhile: now, mark })
      return
    }
  }

  return {
    begin,
    goOn: async () => {
      if (!isBusy()) await waiting?.()
    },
    take: async ({ execution, leg }) => {
      const one = begun.get(execution.id)
      if (!one) return null
      const length = await one.listed
      if (length !== null && (await isTrue(one, leg))) {
        await workAside?.takeOver(db, nameOf(execution))
        if (!(await hasSharedKey(db, { execution, leg }, one.meanwhile)))
          return { length, mark: one.mark }
      }
      await letGo(execution)
      return null
    },
    letGo,
    end: async () => {
      for (const { execution } of [...begun.values()]) await letGo(execution)
    },
  }
}

/** These, but what is short behind what is long: who needs it makes it sooner than the long one would be there. */
async function longFirst(db: Database, later: Later[]): Promise<Later[]> {
  const [first, ...others] = later
  if (!first || others.length === 0) return later
  const rest = await longFirst(db, others)
  const length = await sampledLength(db, first)
  const longest = Math.max(...(await Promise.all(rest.map(one => sampledLength(db, one)))))
  return longest > muchLonger * length ? [...rest, first] : [first, ...rest]
}

/** How many of the first rows of its source a leg lists. */
async function sampledLength(db: Database, { leg }: Later): Promise<number> {
  const sample = sql`(SELECT * FROM ${db.names.table(leg.source)} LIMIT ${sampledRows}) AS s`
  const row = await db.row<{ n: number }>(
    sql`SELECT count(*) AS n FROM ${sample} WHERE ${selects(db, leg)}`,
  )
  return Number(row?.n ?? 0)
}

/** Those whose lists are worth a thread. */
async function worthIt(db: Database, later: readonly Later[], from: number): Promise<Later[]> {
  const found: Later[] = []
  for (const one of later) if (await isWorthIt(db, one, from)) found.push(one)
  return found
}

async function isWorthIt(db: Database, { execution, leg }: Later, from: number): Promise<boolean> {
  const isFirstTime = execution.state === 'waiting' && execution.mode === 'full'
  if (!isFirstTime || from === Infinity || availableParallelism() < 2) return false
  const found = await db.row(
    sql`SELECT 1 FROM ${db.names.table(leg.source)} LIMIT 1 OFFSET ${Math.max(from - 1, 0)}`,
  )
  return found !== undefined
}

/**
 * Whether rejects of accounts that contacts sit under came or went, or will, since a list was begun
 * in this leg. What the first leg rejects stays as it is in the second.
 */
async function mayRejectsHaveChanged(
  db: Database,
  leg: ProjectLeg,
  meanwhile: LegName,
): Promise<boolean> {
  if (companyAttributes(leg).length === 0) return false
  const isOpen = meanwhile === 'source-cds' ? all([]) : sql`leg = ${meanwhile}`
  const found = await db.row(
    sql`SELECT 1 FROM p2c_sync_reject WHERE task = ${accounts.task} AND ${isOpen} LIMIT 1`,
  )
  return found !== undefined
}

/**
 * Whether a row of a list that was taken over has the key of a record that was written while it was made. Mostly the
 * keys of the others lie apart, and then no row need be asked.
 */
async function hasSharedKey(
  db: Database,
  { execution, leg }: Later,
  { task }: Execution,
): Promise<boolean> {
  if (!sharingKeys(execution.task, leg).some(other => other.task === task)) return false
  const list = listOf(0)
  const records = sql`SELECT 1 FROM p2c_sync_record AS o WHERE o.task = ${task}`
  const keyOf = (order: Sql) => sql`(SELECT w.key FROM ${list} AS w ORDER BY ${order} LIMIT 1)`
  const among = sql`o.key BETWEEN ${keyOf(raw('w.position'))} AND ${keyOf(raw('w.position DESC'))}`
  const found = await db.row(
    sql`SELECT 1 WHERE EXISTS (${records} AND ${among})
      AND EXISTS (SELECT 1 FROM ${list} AS w WHERE EXISTS (${records} AND o.key = w.key))`,
  )
  return found !== undefined
}

/** A thread that cannot list says nothing: the leg will, where it cannot either. */
function start(
  { config }: Database,
  { execution }: Later,
): Pick<Begun, 'execution' | 'listed' | 'isAtWork' | 'end'> {
  const data: AheadData = { config, execution }
  const thread = startThread(new URL('./ahead-thread.ts', import.meta.url), data)
  let isAtWork = true
  const listed = new Promise<number | null>(resolve => {
    let length: number | null = null
    thread.on('message', (message: AheadMessage) => {
      length = message.length
    })
    thread.on('error', () => undefined)
    thread.on('exit', () => {
      isAtWork = false
      resolve(length)
    })
  })
  return {
    execution,
    listed,
    isAtWork: () => isAtWork,
    // One that is in a statement ends behind it, and its file is gone by then: nobody has to wait.
    end: () => void thread.terminate(),
  }
}
