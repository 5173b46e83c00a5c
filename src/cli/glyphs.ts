import { environment } from '../environment.ts'

/** The signs that progress is drawn with. */
export interface Glyphs {
  readonly finished: string
  readonly cut: string
  readonly full: string
  readonly rest: string
}

const unicode: Glyphs = { finished: '✓', cut: '…', full: '█', rest: '░' }
const ascii: Glyphs = { finished: 'ok', cut: '..', full: '#', rest: '.' }

/** ASCII where the locale says that the terminal knows nothing else. */
export function glyphs(): Glyphs {
  const locale = ['LC_ALL', 'LC_CTYPE', 'LANG'].map(name => environment[name]).find(Boolean)
  return locale === undefined || /utf-?8/i.test(locale) ? unicode : ascii
}
