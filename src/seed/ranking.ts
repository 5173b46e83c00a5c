import type { Random } from './random.ts'

/** Deals the ranks 0 … n-1 to the indexes 0 … n-1, one each, in no visible order. */
export interface Ranking {
  rankOf(index: number): number
  indexAt(rank: number): number
}

/**
 * A ranking that needs no memory: index times a step, modulo n. So exact shares can be had of a
 * table that is never held as a whole: the first tenth of the ranks is a tenth of the rows.
 */
export function rankingOf(n: number, random: Random): Ranking {
  if (n < 2) return { rankOf: index => index, indexAt: rank => rank }
  let step = 1 + random.below(n - 1)
  while (inverseOf(step, n) === undefined) step = (step % (n - 1)) + 1
  const back = inverseOf(step, n) ?? 1
  const first = random.below(n)
  return {
    rankOf: index => (index * step + first) % n,
    indexAt: rank => ((rank - first + n) * back) % n,
  }
}

/** What takes a multiplication by `step` back, modulo n; undefined where they share a divisor. */
function inverseOf(step: number, n: number): number | undefined {
  let [divisor, rest] = [n, step]
  let [before, inverse] = [0, 1]
  while (rest !== 0) {
    const quotient = Math.floor(divisor / rest)
    ;[divisor, rest] = [rest, divisor - quotient * rest]
    ;[before, inverse] = [inverse, before - quotient * inverse]
  }
  return divisor === 1 ? (before + n) % n : undefined
}
