/** A value as a program has it, before it is written. null is written as an empty field. */
export type CsvValue = string | number | boolean | null

const needsQuotes = /[",\r\n]/
const looksLikeFormula = /^'*[=+\-@\t\r]/
const defusedFormula = /^'+[=+\-@\t\r]/

/** A value as RFC 4180 writes it; quoted only where it must be. */
export function fieldOf(value: CsvValue): string {
  if (value === null) return ''
  const text = typeof value === 'string' ? value : String(value)
  return needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The same for a spreadsheet, which would run a field that begins like a formula. */
export function defusedFieldOf(value: CsvValue): string {
  return value === null ? '' : fieldOf(defuse(String(value)))
}

/**
 * Puts an apostrophe before text that a spreadsheet would take for a formula. Text that has
 * apostrophes before such a beginning gets one more, so that `undefuse` is exact for any text.
 */
export function defuse(text: string): string {
  return looksLikeFormula.test(text) ? `'${text}` : text
}

/** Takes back what `defuse` did. */
export function undefuse(text: string): string {
  return defusedFormula.test(text) ? text.slice(1) : text
}
