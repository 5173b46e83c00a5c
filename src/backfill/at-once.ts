/** One of several works. */
type Part<Event> = AsyncGenerator<Event, undefined, void>

/**
 * Several works at the same time, as one. Each goes on only when its last event was asked beyond;
 * so whoever stops asking stops them all: each ends at its next event.
 *
 * @param start gives the works; they may look whether the end has come where they have to wait
 */
export async function* atOnce<Event>(
  start: (ended: AbortSignal) => readonly Part<Event>[],
): Part<Event> {
  const end = new AbortController()
  const works = start(end.signal)
  const steps = new Map<Part<Event>, ReturnType<typeof step<Event>>>()
  const ask = (work: Part<Event>) => {
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

async function step<Event>(work: Part<Event>) {
  return { work, next: await work.next() }
}
