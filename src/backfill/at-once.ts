import type { Work } from '../events.ts'

/**
 * Several works at the same time, as one. Each goes on only when its last event was asked beyond;
 * so whoever stops asking stops them all: each ends at its next event.
 *
 * @param start gives the works; they may look whether the end has come where they have to wait
 */
export async function* atOnce(
  start: (ended: AbortSignal) => readonly Work<undefined>[],
): Work<undefined> {
  const end = new AbortController()
  const works = start(end.signal)
  const steps = new Map<Work<undefined>, ReturnType<typeof step>>()
  const ask = (work: Work<undefined>) => {
    // Behind the others: of several that have something to tell, each gets its turn.
    steps.delete(work)
    steps.set(work, step(work))
  }
  try {
    works.forEach(ask)
    while (steps.size > 0) {
      const { work, next } = await Promise.race(steps.values())
      if (next.done) {
        steps.delete(work)
        continue
      }
      yield next.value
      ask(work)
    }
  } finally {
    end.abort()
    await Promise.allSettled(steps.values())
    await Promise.all(works.map(work => work.return(undefined)))
  }
}

async function step(work: Work<undefined>) {
  return { work, next: await work.next() }
}
