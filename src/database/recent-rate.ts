/** How much was done at a moment; the moments of one step, oldest first, tell its speed. */
export interface Mark {
  /** Milliseconds on any clock that only goes forward. */
  readonly at: number
  readonly done: number
}

/** Ten batches, or as many as there were in five seconds, where batches are small. */
const fewestMarks = 11
const windowMillis = 5_000

/** The marks with another one; a mark that a failed batch left behind, and old ones, go. */
export function withMark(marks: readonly Mark[], mark: Mark): Mark[] {
  const kept = marks.filter(one => one.done < mark.done)
  return [
    ...kept.filter((one, i) => kept.length - i < fewestMarks || mark.at - one.at < windowMillis),
    mark,
  ]
}

/** Rows a second, rests between the batches included; null while there is nothing to compare. */
export function recentRate(marks: readonly Mark[]): number | null {
  const [first, last] = [marks[0], marks.at(-1)]
  if (!first || !last || last.at <= first.at) return null
  return ((last.done - first.done) * 1_000) / (last.at - first.at)
}
