import { customAlphabet } from 'nanoid'
import { exitStatus, P2cError } from '../errors.ts'

/** F&O cuts a customer account after this many characters (CustTable.AccountNum). */
export const longestNumber = 20

/** The highest sequence number: with it `CON-999999999-BVRCPS` is 20 characters long. */
export const highestSequenceNumber = 999_999_999

/** One piece of a format. */
export type FormatPart =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'sequence'; readonly digits: number }
  | { readonly kind: 'random'; readonly length: number }
  /** `pattern` of yyyy yy MM dd HH mm ss and other characters, which stand for themselves. */
  | { readonly kind: 'time'; readonly pattern: string }

/** A Dataverse autonumber format, taken apart. */
export interface NumberFormat {
  readonly text: string
  readonly alphabet: string
  readonly parts: readonly FormatPart[]
  /** Characters before the sequence number. Everything but the sequence number has a fixed length. */
  readonly lengthBefore: number
  /** Characters behind the sequence number. */
  readonly lengthAfter: number
  /** The least number of digits of the sequence number. */
  readonly digits: number
}

const placeholder = /\{(SEQNUM|RANDSTRING|DATETIMEUTC):([^{}]*)\}/g
const timeToken = /yyyy|yy|MM|dd|HH|mm|ss/g

/** Characters that JavaScript counts as two and SQL as one, and those that no SQL text can hold. */
const unusable = /[\u0000-\u001f\u007f\ud800-\udfff]/

/**
 * Takes a format apart, by the grammar of Dataverse (`{SEQNUM:5}`, `{RANDSTRING:6}`,
 * `{DATETIMEUTC:yyyyMMdd}`, literal text).
 *
 * @throws P2cError NUMBER_FORMAT_INVALID (exit 2) where there is not exactly one SEQNUM, RANDSTRING
 * is not 1 to 6, the shortest number is longer than 20 characters, or a character is unusable
 */
export function parseFormat(text: string, alphabet: string): NumberFormat {
  const parts: FormatPart[] = []
  let end = 0
  for (const match of text.matchAll(placeholder)) {
    if (match.index > end) parts.push({ kind: 'literal', text: text.slice(end, match.index) })
    parts.push(partOf(text, match[1] ?? '', match[2] ?? ''))
    end = match.index + match[0].length
  }
  if (end < text.length) parts.push({ kind: 'literal', text: text.slice(end) })
  const broken = parts.find(part => part.kind === 'literal' && /[{}]/.test(part.text))
  if (broken) refuse(text, 'placeholders SEQNUM, RANDSTRING and DATETIMEUTC only', 'a stray brace')
  if (unusable.test(text))
    refuse(text, 'letters, digits and signs', 'a control character, or one outside the basic plane')

  const at = parts.findIndex(part => part.kind === 'sequence')
  const sequence = parts[at]
  if (sequence?.kind !== 'sequence' || parts.filter(part => part.kind === 'sequence').length > 1)
    refuse(text, 'exactly one {SEQNUM:n}', `${parts.filter(p => p.kind === 'sequence').length}`)
  const length = (some: readonly FormatPart[]) =>
    some.reduce((sum, part) => sum + lengthOf(part), 0)
  const lengthBefore = length(parts.slice(0, at))
  const lengthAfter = length(parts.slice(at + 1))
  const shortest = lengthBefore + sequence.digits + lengthAfter
  if (shortest > longestNumber)
    refuse(text, `numbers of at most ${longestNumber} characters`, `${shortest} characters`)
  return { text, alphabet, parts, lengthBefore, lengthAfter, digits: sequence.digits }
}

/** The highest sequence number that still gives a number of at most 20 characters. */
export function highestOf(format: NumberFormat): number {
  const digits = longestNumber - format.lengthBefore - format.lengthAfter
  return Math.min(highestSequenceNumber, 10 ** digits - 1)
}

/**
 * Makes numbers of a format. The random part is new at each call.
 *
 * @throws P2cError NUMBERS_EXHAUSTED where the number would be longer than 20 characters
 */
export function numberer(format: NumberFormat): (sequence: number, now?: Date) => string {
  const makers = format.parts.map(part => {
    switch (part.kind) {
      case 'literal':
        return () => part.text
      case 'sequence':
        return (sequence: number) => String(sequence).padStart(part.digits, '0')
      case 'random': {
        const random = customAlphabet(format.alphabet, part.length)
        return () => random()
      }
      case 'time':
        return (_: number, now: Date) => formatTime(part.pattern, now)
    }
  })
  const highest = highestOf(format)
  return (sequence, now = new Date()) => {
    if (sequence > highest) throw numbersExhausted(format, sequence)
    let text = ''
    for (const make of makers) text += make(sequence, now)
    return text
  }
}

/** The number as it can be shown before it is given: `CON-01000-??????`. */
export function preview(format: NumberFormat, sequence: number): string {
  return format.parts
    .map(part => {
      if (part.kind === 'literal') return part.text
      if (part.kind === 'sequence') return String(sequence).padStart(part.digits, '0')
      return '?'.repeat(lengthOf(part))
    })
    .join('')
}

/** The sequence number in a text of this format; null where the text is not of this format. */
export function parseNumber(format: NumberFormat, text: string): number | null {
  const digits = formatPattern(format).exec(text)?.[1]
  if (digits === undefined || text.length > longestNumber) return null
  if (digits.length > format.digits && digits.startsWith('0')) return null
  const sequence = Number(digits)
  return sequence > highestSequenceNumber ? null : sequence
}

/** What a number of this format looks like; the sequence number is its first group. */
export function formatPattern(format: NumberFormat): RegExp {
  const source = format.parts.map(part => {
    switch (part.kind) {
      case 'literal':
        return escaped(part.text)
      case 'sequence':
        return `(\\d{${part.digits},})`
      case 'random':
        // Any capital or digit: a number given under another alphabet is still a number.
        return `[A-Z0-9]{${part.length}}`
      case 'time':
        return escaped(part.pattern).replace(timeToken, token => `\\d{${token.length}}`)
    }
  })
  return new RegExp(`^${source.join('')}$`)
}

/** The refusal to go past the last number that F&O can hold. */
export function numbersExhausted(format: NumberFormat, sequence: number): P2cError {
  return new P2cError('NUMBERS_EXHAUSTED', {
    what: `there is no number left in the format ${format.text}`,
    must: `a sequence number up to ${highestOf(format)}, so that the number has at most ${longestNumber} characters`,
    found: String(sequence),
    next: 'Shorten the literal text of the format, or take away a kept number that is far ahead of the others',
    exit: exitStatus.refused,
  })
}

function partOf(format: string, name: string, argument: string): FormatPart {
  if (name === 'DATETIMEUTC') {
    if (/[A-Za-z]/.test(argument.replace(timeToken, '')) || argument === '')
      refuse(format, '{DATETIMEUTC:…} of yyyy yy MM dd HH mm ss', `"${argument}"`)
    return { kind: 'time', pattern: argument }
  }
  const length = /^\d{1,2}$/.test(argument) ? Number(argument) : NaN
  if (name === 'SEQNUM') {
    if (!(length >= 1 && length <= longestNumber))
      refuse(format, `{SEQNUM:n} with n from 1 to ${longestNumber}`, `"${argument}"`)
    return { kind: 'sequence', digits: length }
  }
  // Dataverse takes 7 and more, and fails when the first row is saved; so it is refused here.
  if (!(length >= 1 && length <= 6))
    refuse(format, '{RANDSTRING:n} with n from 1 to 6', `"${argument}"`)
  return { kind: 'random', length }
}

function lengthOf(part: FormatPart): number {
  switch (part.kind) {
    case 'literal':
      return part.text.length
    case 'sequence':
      return part.digits
    case 'random':
      return part.length
    case 'time':
      return part.pattern.length
  }
}

/** A text that stands for itself in a regular expression. */
function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
}

function formatTime(pattern: string, now: Date): string {
  const iso = now.toISOString()
  const values: Record<string, string> = {
    yyyy: iso.slice(0, 4),
    yy: iso.slice(2, 4),
    MM: iso.slice(5, 7),
    dd: iso.slice(8, 10),
    HH: iso.slice(11, 13),
    mm: iso.slice(14, 16),
    ss: iso.slice(17, 19),
  }
  return pattern.replace(timeToken, token => values[token] ?? token)
}

function refuse(format: string, must: string, found: string): never {
  throw new P2cError('NUMBER_FORMAT_INVALID', {
    what: `the number format "${format}" cannot be used`,
    must,
    found,
    next: 'Mend numbering.….format in the configuration',
    exit: exitStatus.usage,
  })
}
