/** A value as a program has it, before it is written. null is written as an empty field. */
export type CsvValue = string | number | boolean | null

const looksLikeFormula = /^'*[=+\-@\t\r]/
const defusedFormula = /^'+[=+\-@\t\r]/

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
