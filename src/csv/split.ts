import { exitStatus, P2cError } from '../errors.ts'

/** One record as it stands in the file, not yet taken apart. */
export interface RawRecord {
  /** The line on which it begins; the first is 1. */
  readonly line: number
  /** Without the line break at its end. */
  readonly raw: string
  readonly quotes: 'none' | 'well-formed' | 'broken'
}

export type Delimiter = ',' | ';' | '\t'

/** A quoted field may go over many lines, but not over more characters than this. */
const longestRecord = 2 * 1024 * 1024
const longestLine = 4 * 1024 * 1024

/**
 * Cuts text into records: LF, CRLF or CR between them, line breaks inside quotes. Empty lines are
 * none. Inside a quoted field the quotes seen so far are odd in number, so a record ends at the
 * first line break behind an even number of them. Where that gives no well-formed record, only its
 * first line is broken and the next line begins another, so that one stray quote costs one line.
 */
export class RecordSplitter {
  #text = ''
  #position = 0
  #line = 1
  #ended = false
  #lineFeed = -1
  #carriageReturn = -1
  #quote = -1
  #wellFormed: RegExp | undefined
  readonly #path: string

  /** @param path for messages */
  constructor(path: string) {
    this.#path = path
  }

  /** Says by what the fields are parted; until then, quotes are only counted. */
  set delimiter(delimiter: Delimiter) {
    const field = `(?:"[^"]*(?:""[^"]*)*"|[^"${delimiter}]*)`
    this.#wellFormed = new RegExp(`^${field}(?:${delimiter}${field})*$`)
  }

  feed(text: string): void {
    this.#text = this.#text.slice(this.#position) + text
    this.#position = 0
    this.#quote = -1
    this.#forgetBreaks()
  }

  /** There is no more text. */
  end(): void {
    this.#ended = true
    this.#forgetBreaks()
  }

  /** undefined: there is none left, or more text is needed. */
  next(): RawRecord | undefined {
    let end = this.#lineEnd(this.#position)
    while (end === this.#position && end < this.#text.length) {
      this.#advance(end, 1)
      end = this.#lineEnd(this.#position)
    }
    if (end === undefined || end === this.#position) return undefined
    return this.#nextQuote(this.#position) >= end
      ? this.#take(end, 1, 'none')
      : this.#quoted(this.#position, end)
  }

  #quoted(start: number, firstEnd: number): RawRecord | undefined {
    let end = firstEnd
    let lines = 1
    let odd = this.#hasOddQuotes(start, end)
    while (odd && end < this.#text.length && end - start <= longestRecord) {
      const from = this.#afterBreak(end)
      const to = this.#lineEnd(from)
      if (to === undefined) return undefined
      odd = odd !== this.#hasOddQuotes(from, to)
      end = to
      lines++
    }
    const isWell = !odd && (this.#wellFormed?.test(this.#text.slice(start, end)) ?? true)
    if (isWell) return this.#take(end, lines, 'well-formed')
    this.#forgetBreaks()
    return this.#take(firstEnd, 1, 'broken')
  }

  #take(end: number, lines: number, quotes: RawRecord['quotes']): RawRecord {
    const record = { line: this.#line, raw: this.#text.slice(this.#position, end), quotes }
    this.#advance(end, lines)
    return record
  }

  #advance(end: number, lines: number): void {
    this.#position = this.#afterBreak(end)
    this.#line += lines
  }

  #afterBreak(end: number): number {
    return this.#text.startsWith('\r\n', end) ? end + 2 : Math.min(end + 1, this.#text.length)
  }

  /** Where the line that holds `from` ends; undefined: not before more text is there. */
  #lineEnd(from: number): number | undefined {
    if (this.#lineFeed < from) this.#lineFeed = indexOf(this.#text, '\n', from)
    if (this.#carriageReturn < from) this.#carriageReturn = indexOf(this.#text, '\r', from)
    const end = Math.min(this.#lineFeed, this.#carriageReturn, this.#text.length)
    // A CR at the end of the text may be half of a CRLF.
    const known = end < this.#text.length - 1 || this.#lineFeed === end
    if (known || this.#ended) return end
    if (this.#text.length - from > longestLine) throw tooLong(this.#path, this.#line)
    return undefined
  }

  /** What was found ahead is of no use to whoever goes back, or has more text. */
  #forgetBreaks(): void {
    this.#lineFeed = this.#carriageReturn = -1
  }

  #nextQuote(from: number): number {
    if (this.#quote < from) this.#quote = indexOf(this.#text, '"', from)
    return this.#quote
  }

  #hasOddQuotes(from: number, end: number): boolean {
    let odd = false
    for (let at = indexOf(this.#text, '"', from); at < end; at = indexOf(this.#text, '"', at + 1)) {
      odd = !odd
    }
    return odd
  }
}

/**
 * The fields of a well-formed record with quotes, as csv-parse has them, which a property test
 * holds; csv-parse takes six to eleven times as long.
 */
export function fieldsOf(raw: string, delimiter: Delimiter): string[] {
  const fields: string[] = []
  for (let at = 0; ; at++) {
    const isQuoted = raw.startsWith('"', at)
    const end = isQuoted ? closingQuote(raw, at) : Math.min(indexOf(raw, delimiter, at), raw.length)
    const field = raw.slice(isQuoted ? at + 1 : at, end)
    fields.push(isQuoted ? field.replaceAll('""', '"') : field)
    at = isQuoted ? end + 1 : end
    if (at >= raw.length) return fields
  }
}

/** Where a quoted field ends that begins here; doubled quotes are part of it. */
function closingQuote(raw: string, from: number): number {
  let end = raw.indexOf('"', from + 1)
  while (raw.startsWith('"', end + 1)) end = raw.indexOf('"', end + 2)
  return end
}

/** The most frequent of the delimiters outside quotes; a comma where there is none. */
export function delimiterOf(header: string): Delimiter {
  const bare = header.replace(/"[^"]*"/g, '')
  const count = (delimiter: string) => bare.split(delimiter).length
  const [most] = ([',', ';', '\t'] as const).toSorted((a, b) => count(b) - count(a))
  return most ?? ','
}

/** Infinity where there is none. */
function indexOf(text: string, character: string, from: number): number {
  const at = text.indexOf(character, from)
  return at < 0 ? Infinity : at
}

function tooLong(path: string, line: number): P2cError {
  return new P2cError('CSV_LINE_TOO_LONG', {
    what: `line ${line} of ${path} has no end`,
    must: `lines of at most ${longestLine} characters`,
    found: 'more',
    next: 'Look whether this is a CSV file',
    exit: exitStatus.usage,
  })
}
