import type { Engine } from './database.ts'
import { survive, type Attempt, type Look, type Scene } from './kill.ts'
import type { Deed, Operation } from './operations.ts'
import type { State } from './state.ts'
import type { Death, Life } from './victim.ts'

/** What a matrix needs of tap. */
interface Assertions {
  same(found: unknown, wanted: unknown, message: string): unknown
  comment(message: string): void
}

export interface Count {
  readonly kills: number
  readonly resumes: number
  readonly equal: number
}

/** So many processes at a time: one for each core of a small machine. */
const atATime = 2

/**
 * Puts a scene through each of these ordeals, each on a copy of its own, and demands that it ends
 * as if undisturbed every time. Counts how often it was killed, ran again, and ended so.
 */
export async function proveOrdeals(
  t: Assertions,
  scene: Scene,
  wanted: State,
  ordeals: readonly (readonly Attempt[])[],
  look?: Look,
): Promise<Count> {
  const rest = [...ordeals]
  let [kills, equal] = [0, 0]
  const worker = async () => {
    for (let attempts = rest.shift(); attempts; attempts = rest.shift()) {
      const ordeal = await survive(scene, attempts, { look })
      kills += ordeal.kills
      if (t.same(ordeal.state, wanted, attempts.map(told).join(', then '))) equal++
    }
  }
  await Promise.all(Array.from({ length: atATime }, worker))
  const resumes = ordeals.reduce((sum, attempts) => sum + attempts.length, 0)
  t.comment(`${scene.operation}: ${kills} kills, ${resumes} resumes, ${equal} equal ends`)
  return { kills, resumes, equal }
}

/** An ordeal of one kill for each of these deaths. */
export function onceEach(operation: Deed, deaths: readonly Death[]): Attempt[][] {
  return deaths.map(death => [{ operation, death }])
}

/** An ordeal for each of these sizes, in blocks of 512 bytes, beyond which no file can grow. */
export function outOfRoom(operation: Operation, blocks: readonly number[]): Attempt[][] {
  return blocks.map(fileBlocks => [{ operation, fileBlocks }])
}

/** Deaths spread over a life, just before its first statement, its last one, and some between. */
export function spread({ statements }: Life, count: number): Death[] {
  const points = Array.from({ length: count }, (_, i) =>
    Math.round(1 + (i * (statements - 1)) / Math.max(1, count - 1)),
  )
  return [...new Set(points)].map(statement => ({ statement, moment: 'before' }))
}

/** Deaths just behind a commit, before anything followed; about so many, the last among them. */
export function behindCommits(life: Life, count: number): Death[] {
  return someCommits(life, count).map(statement => ({ statement, moment: 'behind' }))
}

/** Deaths when a commit is on its way to the server; about so many, the last among them. */
export function whileCommitting(life: Life, count: number): Death[] {
  return someCommits(life, count).map(statement => ({ statement, moment: 'sent' }))
}

/**
 * How many of these deaths are sure to come: where several connections work, or wait for others, no
 * two runs have quite as many statements.
 */
export function sureDeaths(engine: Engine, { statements }: Life, deaths: readonly Death[]): number {
  if (engine === 'sqlite') return deaths.length
  return deaths.filter(({ statement }) => statement <= 0.95 * statements).length
}

function someCommits({ commits }: Life, count: number): number[] {
  const every = Math.max(1, Math.floor(commits.length / count))
  return commits.filter((_, i) => (commits.length - 1 - i) % every === 0)
}

function told(attempt: Attempt): string {
  if ('afterMillis' in attempt) return `${attempt.operation} killed after ${attempt.afterMillis} ms`
  if ('fileBlocks' in attempt) return `${attempt.operation} with ${attempt.fileBlocks} blocks`
  const { statement, moment } = attempt.death
  return `${attempt.operation} killed ${moment === 'sent' ? 'during' : moment} statement ${statement}`
}
