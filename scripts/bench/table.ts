/** A table as it is shown: a head, and rows of as many cells. The first columns are words. */
export interface Table {
  readonly title: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** How many columns are words, and stand at the left. */
  readonly words: number
  /** What is to be known of it. */
  readonly notes: readonly string[]
}

/** With aligned columns. */
export function asText({ title, head, rows, words, notes }: Table): string {
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map(row => (row[i] ?? '').length)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (i < words ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd()
  const rule = widths.map(width => '─'.repeat(width)).join('──')
  return [title, '', line(head), rule, ...rows.map(line), '', ...notes, ''].join('\n')
}

/** As a section of a page. */
export function asMarkdown({ title, head, rows, words, notes }: Table): string {
  const line = (row: readonly string[]) => `| ${row.join(' | ')} |`
  const rule = head.map((_, i) => (i < words ? '---' : '---:'))
  return [`### ${title}`, '', ...[head, rule, ...rows].map(line), '', ...notes, ''].join('\n')
}
