/**
 * Chance that repeats itself: every row has a source of its own, made from the seed, the name of
 * its table and its index. So any row can be made at any time, without those before it.
 */
export interface Random {
  /** A whole number from 0 up to, not including, `n`. */
  below(n: number): number
  /** True in about this share of the calls. */
  chance(share: number): boolean
  pick<T>(list: readonly [T, ...T[]]): T
  /** Letters of the alphabet. */
  letters(alphabet: string, length: number): string
}

/** A key for everything of one name under one seed. */
export function keyOf(seed: number, name: string): number {
  let key = mix(seed) ^ mix(Math.floor(seed / 2 ** 32) + 0x9e3779b9)
  for (const character of name) key = mix(key ^ (character.codePointAt(0) ?? 0))
  return key
}

/** The source of one row: mulberry32, which passes for random and costs a few multiplications. */
export function randomOf(key: number, index: number): Random {
  let state = mix(index ^ key)
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let word = Math.imul(state ^ (state >>> 15), 1 | state)
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (n: number) => Math.floor(next() * n)
  return {
    below,
    chance: share => next() < share,
    pick: list => list[below(list.length)] ?? list[0],
    letters: (alphabet, length) =>
      Array.from({ length }, () => alphabet.charAt(below(alphabet.length))).join(''),
  }
}

const bytes = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/**
 * The GUID of one row (version 4 by its looks). Its first eight digits are the mixed index, and
 * mixing is reversible, so that two rows of a table never share one.
 */
export function guidOf(key: number, index: number): string {
  const a = mix(index ^ key)
  const b = mix(a ^ 0x85ebca6b)
  const c = mix(b ^ key)
  const d = mix(c ^ 0xc2b2ae35)
  const head = `${hex(a)}-${hex(b).slice(0, 4)}-4${hex(b).slice(5)}`
  return `${head}-${(8 + (c & 3)).toString(16)}${hex(c).slice(1, 4)}-${hex(c).slice(4)}${hex(d)}`
}

/** The finalizer of MurmurHash3: every bit of the input changes half of the output's. */
function mix(word: number): number {
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35)
  return (word ^ (word >>> 16)) >>> 0
}

function hex(word: number): string {
  const byte = (shift: number) => bytes[(word >>> shift) & 255] ?? ''
  return byte(24) + byte(16) + byte(8) + byte(0)
}
