/** How a number reads: `1,234,567`. */
export function count(value: number): string {
  return value.toLocaleString('en-US')
}

/** How an amount reads: `1 account`, `2,000 accounts`. */
export function amount(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}
