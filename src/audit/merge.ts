/** Two rows of the same key, or one that has no counterpart. */
export type Pair<Row> =
  | { readonly left: Row; readonly right: Row }
  | { readonly left: Row; readonly right: undefined }
  | { readonly left: undefined; readonly right: Row }

/**
 * Walks two sources that are ordered by the same key, side by side; memory stays flat. Rows that
 * share a key are paired in their order.
 *
 * @param keyOf the texts by which both are ordered, bytewise
 */
export async function* merge<Row>(
  left: AsyncIterable<Row>,
  right: AsyncIterable<Row>,
  keyOf: (row: Row) => readonly string[],
): AsyncGenerator<Pair<Row>, void, void> {
  const [lefts, rights] = [left[Symbol.asyncIterator](), right[Symbol.asyncIterator]()]
  try {
    let [l, r] = [await lefts.next(), await rights.next()]
    while (!l.done || !r.done) {
      const order = l.done ? 1 : r.done ? -1 : compareKeys(keyOf(l.value), keyOf(r.value))
      if (order === 0 && !l.done && !r.done) yield { left: l.value, right: r.value }
      else if (order < 0 && !l.done) yield { left: l.value, right: undefined }
      else if (!r.done) yield { left: undefined, right: r.value }
      if (order <= 0) l = await lefts.next()
      if (order >= 0) r = await rights.next()
    }
  } finally {
    await lefts.return?.()
    await rights.return?.()
  }
}

/** As the bytes of UTF-8 compare; JavaScript's own order is another beyond the basic plane. */
export function compareKeys(left: readonly string[], right: readonly string[]): number {
  for (const [i, text] of left.entries()) {
    const other = right[i] ?? ''
    if (text !== other) return Buffer.compare(Buffer.from(text), Buffer.from(other))
  }
  return 0
}
