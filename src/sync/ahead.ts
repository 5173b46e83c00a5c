import { availableParallelism } from 'node:os'
import type { Config } from '../config.ts'
import type { Database } from '../database/database.ts'
import { all, sql } from '../domain/sql.ts'
import { startThread } from '../threads.ts'
import type { Execution } from './execution.ts'
import { companyAttributes } from './lookup-tables.ts'
import type { ProjectLeg } from './project.ts'
import { sharingKeys } from './source-checks.ts'
import type { LegName } from './template.ts'
import { accounts } from './templates/accounts.ts'
import type { ReadyList } from './walk.ts'

/** Fewer rows are listed before a thread has started. */
const worthAThread = 200_000

/** What a thread is to list. */
export interface AheadData {
  readonly config: Config
  readonly execution: Execution
}

/** How many rows it has listed. */
export interface AheadMessage {
  readonly length: number
}

/** An execution that comes next, and its leg that reads Sales. */
export interface Next {
  readonly execution: Execution
  readonly leg: ProjectLeg
}

/**
 * Lists what the next execution goes through, and makes what it looks things up in, in another thread
 * while this one writes: where one connection writes, a processor is idle then.
 */
export interface Ahead {
  /**
   * Begins, where that is worth a thread; to be called as each leg of the execution before it begins. What was begun
   * in the first is left at it, or begun anew in the second, when it is known what was rejected.
   *
   * @param task whose records are written meanwhile
   * @param meanwhile in which leg
   */
  begin(next: Next, task: string, meanwhile: LegName): Promise<void>
  /** What was made for this execution, taken over; null where nothing was, or it is of no use any more. */
  take(next: Next): Promise<ReadyList | null>
  /** Lets go of what was made for this execution, or for whichever it was, wherever it stands. */
  letGo(execution?: Execution): Promise<void>
}

/** What a thread has begun. */
interface Begun {
  readonly execution: Execution
  /** The leg in which it was begun. */
  readonly meanwhile: LegName
  /** The database's mark of the moment before it began. */
  readonly mark: number
  /** How many rows it has listed, when its connection is closed; null where it could not. */
  readonly listed: Promise<number | null>
  readonly end: () => void
}

/** @param from how many rows a source must have */
export function listsAhead(db: Database, from = worthAThread): Ahead {
  const { workAside } = db.dialect
  let begun: Begun | null = null
  const letGo = async (execution = begun?.execution) => {
    if (begun === null || begun.execution.id !== execution?.id) return
    begun.end()
    begun = null
    await workAside?.letGo(db)
  }
  return {
    begin: async (next, task, meanwhile) => {
      if (begun) {
        const isInUse = begun.execution.id !== next.execution.id
        if (isInUse || !(await mayRejectsHaveChanged(db, next.leg, begun.meanwhile))) return
        await letGo()
      }
      if (!workAside?.isPossible(db) || !(await isWorthIt(db, next, from))) return
      if (await mayRejectsHaveChanged(db, next.leg, meanwhile)) return
      if (meanwhile === 'source-cds' && mayTakeKeys(task, next)) return
      // What others commit from here on changes the mark, and then each row is looked at anew.
      const mark = await db.transaction(() => db.dialect.salesMark(db))
      if (mark !== null) begun = { ...start(db, next), meanwhile, mark }
    },
    take: async ({ execution, leg }) => {
      if (begun?.execution.id !== execution.id) return null
      const { mark, meanwhile, listed } = begun
      const length = await listed
      if (length === null || (await mayRejectsHaveChanged(db, leg, meanwhile))) {
        await letGo()
        return null
      }
      await workAside?.takeOver(db)
      return { length, mark }
    },
    letGo,
  }
}

async function isWorthIt(db: Database, { execution, leg }: Next, from: number): Promise<boolean> {
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

/** Whether a row of the list may have the key of a record that is just being written. */
function mayTakeKeys(task: string, { execution, leg }: Next): boolean {
  return sharingKeys(execution.task, leg).some(other => other.task === task)
}

/** A thread that cannot list says nothing: the leg will, where it cannot either. */
function start(
  { config }: Database,
  { execution }: Next,
): Pick<Begun, 'execution' | 'listed' | 'end'> {
  const data: AheadData = { config, execution }
  const thread = startThread(new URL('./ahead-thread.ts', import.meta.url), data)
  const listed = new Promise<number | null>(resolve => {
    let length: number | null = null
    thread.on('message', (message: AheadMessage) => {
      length = message.length
    })
    thread.on('error', () => undefined)
    thread.on('exit', () => {
      resolve(length)
    })
  })
  return {
    execution,
    listed,
    // One that is in a statement ends behind it, and its file is gone by then: nobody has to wait.
    end: () => void thread.terminate(),
  }
}
