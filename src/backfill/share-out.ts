import type { Database } from '../database/database.ts'

/**
 * Does a work for each of these, on several connections at once: whichever is free takes the next.
 * Ends when all have ended, also where one fails.
 */
export async function shareOut<Item, Done>(
  connections: readonly Database[],
  items: readonly Item[],
  work: (db: Database, item: Item, place: number) => Promise<Done>,
): Promise<Done[]> {
  const done: Done[] = []
  const left = items.entries()
  const ended = await Promise.allSettled(
    connections.map(async db => {
      for (const [place, item] of left) done[place] = await work(db, item, place)
    }),
  )
  for (const one of ended) if (one.status === 'rejected') throw one.reason
  return done
}
