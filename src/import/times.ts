import { exitStatus, P2cError } from '../errors.ts'

/** A moment, or a day, taken apart; undefined where the text is none. */
export type TimeParser = (text: string) => TimeParts | undefined

export interface TimeParts {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly millis: number
  /** East of Greenwich. */
  readonly offsetMinutes: number
}

const iso =
  /^(?<yyyy>\d{4})-(?<MM>\d\d)-(?<dd>\d\d)(?:[T ](?<HH>\d\d):(?<mm>\d\d)(?::(?<ss>\d\d)(?:\.(?<S>\d{1,9}))?)?\s?(?<XXX>[Zz]|[+-]\d\d:?\d\d)?)?$/

/** How nearly all extracts write a moment, and how it is stored. */
const stored = /^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/

/** What a letter of a format stands for. The group's name is the token. */
const tokens: Readonly<Record<string, string>> = {
  yyyy: '\\d{4}',
  yy: '\\d{2}',
  MMMM: '\\p{L}+',
  MMM: '\\p{L}{3}\\p{L}*\\.?',
  MM: '\\d{2}',
  M: '\\d{1,2}',
  dd: '\\d{2}',
  d: '\\d{1,2}',
  HH: '\\d{2}',
  H: '\\d{1,2}',
  hh: '\\d{2}',
  h: '\\d{1,2}',
  mm: '\\d{2}',
  m: '\\d{1,2}',
  ss: '\\d{2}',
  s: '\\d{1,2}',
  SSS: '\\d{3}',
  a: '[aApP]\\.?[mM]\\.?',
  XXX: '[Zz]|[+-]\\d\\d:?\\d\\d',
}
const token = /y+|M+|d+|H+|h+|m+|s+|S+|a|X+|'[^']*'|\s+|./gu
const isDate = /^[yMd]/
const daysOfMonths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** ISO 8601, with `T` or a space; what is missing is zero, and the zone UTC. */
export const parseIsoTime: TimeParser = text => {
  const groups = iso.exec(text)?.groups
  return groups && partsOf(groups)
}

/**
 * A parser of a local format such as `M/d/yyyy h:mm a`. The time may be missing where the date
 * stands first; without `XXX` in the format it is UTC.
 *
 * @throws P2cError DATE_FORMAT_INVALID (exit 2)
 */
export function timeParserOf(format: string): TimeParser {
  const pieces = format.match(token) ?? []
  const names = pieces.filter(piece => /^[a-zA-Z]/.test(piece))
  const has = (pattern: RegExp) => names.some(name => pattern.test(name))
  const isComplete = has(/^y/) && has(/^M/) && has(/^d/) && has(/^h/) === has(/^a$/)
  const isUnique =
    new Set(names.map(name => name.charAt(0).replace('h', 'H'))).size === names.length
  if (names.some(name => !(name in tokens)) || !isComplete || !isUnique) throw invalid(format)

  const lastDate = pieces.findLastIndex(piece => isDate.test(piece))
  const source = (pieces: readonly string[]) => pieces.map(pieceSource).join('')
  const time = source(pieces.slice(lastDate + 1))
  const dateFirst = pieces
    .slice(0, lastDate)
    .every(piece => isDate.test(piece) || !(piece in tokens))
  const pattern = new RegExp(
    `^${source(pieces.slice(0, lastDate + 1))}${dateFirst ? `(?:${time})?` : time}$`,
    'u',
  )
  return text => {
    const groups = pattern.exec(text)?.groups
    return groups && partsOf(groups)
  }
}

/** Whether text is a moment written as `isoTime` writes it, which is a short way for most of them. */
export function isStoredTime(text: string): boolean {
  if (!stored.test(text)) return false
  return isRealDay(Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8, 10)))
}

/** `2026-11-01T08:00:00Z`, with thousandths where there are any. */
export function isoTime(parts: TimeParts): string {
  const moment = new Date(0)
  moment.setUTCFullYear(parts.year, parts.month - 1, parts.day)
  moment.setUTCHours(parts.hour, parts.minute - parts.offsetMinutes, parts.second, parts.millis)
  return moment.toISOString().replace('.000Z', 'Z')
}

/** The day as it was written, whatever the zone. */
export function isoDate({ year, month, day }: TimeParts): string {
  const two = (n: number) => String(n).padStart(2, '0')
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
}

function pieceSource(piece: string): string {
  const known = tokens[piece]
  if (known !== undefined) return `(?<${piece}>${known})`
  // Spreadsheets write several kinds of space before AM and PM.
  if (/^\s/.test(piece)) return '\\s+'
  return piece.replace(/^'|'$/g, '').replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

function partsOf(groups: Readonly<Record<string, string | undefined>>): TimeParts | undefined {
  const number = (...names: readonly string[]) =>
    Number(names.map(name => groups[name]).find(text => text !== undefined) ?? 0)
  const parts = {
    year: groups['yy'] === undefined ? number('yyyy') : centuryOf(number('yy')),
    month: monthOf(groups['MMMM'] ?? groups['MMM']) ?? number('MM', 'M'),
    day: number('dd', 'd'),
    hour: groups['a'] === undefined ? number('HH', 'H') : hourOf(number('hh', 'h'), groups['a']),
    minute: number('mm', 'm'),
    second: number('ss', 's'),
    millis: Math.floor(Number(`0.${groups['S'] ?? groups['SSS'] ?? '0'}`) * 1000),
    offsetMinutes: offsetOf(groups['XXX']),
  }
  return isReal(parts) ? parts : undefined
}

function isReal({ year, month, day, hour, minute, second, offsetMinutes }: TimeParts): boolean {
  const isTime = hour < 24 && minute < 60 && second < 60 && Math.abs(offsetMinutes) <= 14 * 60
  return isTime && isRealDay(year, month, day)
}

function isRealDay(year: number, month: number, day: number): boolean {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const days = month === 2 && isLeap ? 29 : (daysOfMonths[month - 1] ?? 0)
  return year >= 1 && day >= 1 && day <= days
}

/** NaN where no month is called so. */
function monthOf(name: string | undefined): number | undefined {
  if (name === undefined) return undefined
  const at = months.indexOf(name.slice(0, 3).toLowerCase())
  return at < 0 ? NaN : at + 1
}

/** NaN, which no time is, for `13 PM` and `0 AM`. */
function hourOf(hour: number, half: string): number {
  if (hour < 1 || hour > 12) return NaN
  return (hour % 12) + (/^p/i.test(half) ? 12 : 0)
}

function centuryOf(year: number): number {
  return year < 50 ? 2000 + year : 1900 + year
}

function offsetOf(zone: string | undefined): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone ?? '') ?? []
  const offset = Number(hours ?? 0) * 60 + Number(minutes ?? 0)
  return sign === '-' ? -offset : offset
}

function invalid(format: string): P2cError {
  return new P2cError('DATE_FORMAT_INVALID', {
    what: 'the format of dates cannot be used',
    must: `year, month and day, each once, of ${Object.keys(tokens).join(' ')}; h or hh only with a`,
    found: `"${format}"`,
    next: 'Mend --date-format, for instance "M/d/yyyy h:mm a"',
    exit: exitStatus.usage,
  })
}
