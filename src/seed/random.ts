/**
 * Chance that repeats itself: every row has a source of its own, made from a key and the row's
 * index. So any row can be made at any time, without those before it. This is mulberry32, which
 * passes for random and costs a few multiplications.
 */
export class Random {
  #state: number

  constructor(key: number, index: number) {
    this.#state = mix(index ^ key)
  }

  /** A whole number from 0 up to, not including, `n`. */
  below(n: number): number {
    return Math.floor(this.#next() * n)
  }

  /** True in about this share of the calls. */
  chance(share: number): boolean {
    return this.#next() < share
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.below(list.length)] ?? list[0]
  }

  /** Letters of the alphabet. */
  letters(alphabet: string, length: number): string {
    let text = ''
    while (text.length < length) text += alphabet.charAt(this.below(alphabet.length))
    return text
  }

  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let word = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A key for everything of one name under one seed. */
export function keyOf(seed: number, name: string): number {
  let key = mix(seed) ^ mix(Math.floor(seed / 2 ** 32) + 0x9e3779b9)
  for (const character of name) key = mix(key ^ (character.codePointAt(0) ?? 0))
  return key
}

/**
 * The GUID of one row (version 4 by its looks). Its first eight digits are the mixed index, and
 * mixing is reversible, so that two rows of a table never share one.
 */
export function guidOf(key: number, index: number): string {
  const a = mix(index ^ key)
  const b = mix(a ^ 0x85ebca6b)
  const c = mix(b ^ key)
  const second = hex((b & 0xffff0fff) | 0x4000)
  const third = hex((c & 0x3fffffff) | 0x80000000)
  return `${hex(a)}-${second.slice(0, 4)}-${second.slice(4)}-${third.slice(0, 4)}-${third.slice(4)}${hex(mix(c ^ 0xc2b2ae35))}`
}

/** The finalizer of MurmurHash3: every bit of the input changes half of the output's. */
function mix(word: number): number {
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35)
  return (word ^ (word >>> 16)) >>> 0
}

const pairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** By a table: `toString(16)` of a large number takes ten times as long. */
function hex(word: number): string {
  return `${pairs[word >>> 24] ?? ''}${pairs[(word >>> 16) & 255] ?? ''}${pairs[(word >>> 8) & 255] ?? ''}${pairs[word & 255] ?? ''}`
}
