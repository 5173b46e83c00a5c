/** The value in the middle, or the mean of the two that are. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length / 2
  const low = sorted[Math.ceil(half) - 1] ?? NaN
  const high = sorted[Math.floor(half)] ?? NaN
  return (low + high) / 2
}

/** Objects of one shape into one, by the median of each number. */
export function medians<Measured extends object>(all: readonly Measured[]): Measured {
  const [first] = all
  if (first === undefined) throw new RangeError('there is no median of nothing')
  const fields = Object.keys(first) as (keyof Measured)[]
  return Object.fromEntries(
    fields.map(field => [field, median(all.map(one => one[field] as number))]),
  ) as Measured
}
