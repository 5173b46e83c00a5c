/** A range of positions in a plan, both ends included. */
export interface Range {
  readonly first: number
  readonly last: number
}

export function lengthOf({ first, last }: Range): number {
  return last - first + 1
}

/** Both halves in their order; null where it is a single position. */
export function halvesOf({ first, last }: Range): [Range, Range] | null {
  if (first === last) return null
  const middle = Math.floor((first + last) / 2)
  return [
    { first, last: middle },
    { first: middle + 1, last },
  ]
}
