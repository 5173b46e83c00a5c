import type { ColumnType } from '../domain/sales.ts'
import { isoDate, isoTime, isStoredTime, parseIsoTime, type TimeParser } from './times.ts'

/** A value as it is stored. */
export type StoredValue = string | number | boolean | null

/** Why a text is no value of its column. */
export class Refusal {
  readonly code: RefusalCode
  readonly message: string
  constructor(code: RefusalCode, message: string) {
    this.code = code
    this.message = message
  }
}

export type RefusalCode =
  | 'GUID_INVALID'
  | 'NUMBER_INVALID'
  | 'TIME_INVALID'
  | 'CHOICE_UNKNOWN'
  | 'FLAG_INVALID'
  | 'TYPE_INVALID'
  | 'VALUE_TOO_LONG'
  | 'TEXT_INVALID'

export type ValueParser = (text: string) => StoredValue | Refusal

export interface ValueOptions {
  /** For times and dates that are not ISO 8601. */
  readonly time?: TimeParser
  /** The type of a customer is written as 1 or 2, as the column holds it. */
  readonly typeCodes?: boolean
}

const guid = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?$/i
const wholeNumber = /^[+-]?\d{1,10}$/
const decimalNumber = /^([+-]?)(\d*)(?:\.(\d*))?$/
const customerTypes = new Map<string, 1 | 2>([
  ['account', 1],
  ['accounts', 1],
  ['1', 1],
  ['contact', 2],
  ['contacts', 2],
  ['2', 2],
])
/** The last two are the labels of the "do not allow" columns. */
const flags = new Map([
  ['1', true],
  ['0', false],
  ['true', true],
  ['false', false],
  ['yes', true],
  ['no', false],
  ['do not allow', true],
  ['allow', false],
])
const largestInteger = 2_147_483_647
/** What a double holds exactly; SQLite would round the rest away. */
const mostDigits = 15
const shown = 60

/** How the fields of a column become values. An empty field is null; text is kept as it is. */
export function valueParser(type: ColumnType, options: ValueOptions = {}): ValueParser {
  if (type.kind === 'text') return textParser(type.maxLength)
  const parse = plainParser(type, options)
  return text => {
    if (text === '') return null
    const plain = text.trim()
    return plain === '' ? null : parse(plain)
  }
}

function plainParser(
  type: Exclude<ColumnType, { kind: 'text' }>,
  options: ValueOptions,
): ValueParser {
  switch (type.kind) {
    case 'guid':
      return parseGuid
    case 'integer':
      return parseInteger
    case 'decimal':
      return parseDecimal
    case 'flag':
      return text => flags.get(text.toLowerCase()) ?? refuse('FLAG_INVALID', 'Yes or No', text)
    case 'customertype':
      return typeParser(options.typeCodes ?? false)
    case 'choice':
      return choiceParser(type.labels)
    case 'time':
      return momentParser(options.time)
    case 'date':
      return timeParser(options.time, isoDate)
  }
}

function textParser(maxLength: number): ValueParser {
  return text => {
    if (text === '') return null
    if (text.length > maxLength) {
      return new Refusal(
        'VALUE_TOO_LONG',
        `must have at most ${maxLength} characters; has ${text.length}`,
      )
    }
    return text.includes('\0') ? refuse('TEXT_INVALID', 'text without NUL characters', text) : text
  }
}

function parseGuid(text: string): string | Refusal {
  return guid.exec(text)?.[1]?.toLowerCase() ?? refuse('GUID_INVALID', 'a GUID', text)
}

function parseInteger(text: string): number | Refusal {
  const value = wholeNumber.test(text) ? Number(text) : NaN
  const isInteger = Math.abs(value) <= largestInteger
  // Adding zero makes 0 of -0.
  return isInteger ? value + 0 : refuse('NUMBER_INVALID', 'a whole number of 32 bits', text)
}

/** Text of the same number, without idle zeros: it is stored without passing through a float. */
function parseDecimal(text: string): string | Refusal {
  const [, sign, before = '', behind = ''] = decimalNumber.exec(text) ?? []
  if (before + behind === '') {
    return refuse('NUMBER_INVALID', 'a number with digits and at most a decimal point', text)
  }
  const whole = before.replace(/^0+(?=\d)/, '') || '0'
  const fraction = behind.replace(/0+$/, '')
  const digits = (whole + fraction).replace(/^0+/, '')
  if ((fraction === '' ? digits.replace(/0+$/, '') : digits).length > mostDigits) {
    return refuse('NUMBER_INVALID', `a number of at most ${mostDigits} significant digits`, text)
  }
  const value = fraction === '' ? whole : `${whole}.${fraction}`
  return sign === '-' && digits !== '' ? `-${value}` : value
}

function typeParser(asCode: boolean): ValueParser {
  return text => {
    const code = customerTypes.get(text.toLowerCase())
    if (code === undefined) return refuse('TYPE_INVALID', 'account or contact (or 1 or 2)', text)
    return asCode ? code : code === 1 ? 'account' : 'contact'
  }
}

/** Numbers that have no label are those of choices that the customer added. */
function choiceParser(labels: Readonly<Record<number, string>>): ValueParser {
  const byLabel = new Map(
    Object.entries(labels).map(([value, label]) => [label.toLowerCase(), Number(value)]),
  )
  return text => {
    const value = byLabel.get(text.toLowerCase())
    if (value !== undefined) return value
    const number = parseInteger(text)
    return number instanceof Refusal
      ? refuse('CHOICE_UNKNOWN', `a number or one of ${Object.values(labels).join(', ')}`, text)
      : number
  }
}

function momentParser(local: TimeParser | undefined): ValueParser {
  const parse = timeParser(local, isoTime)
  return text => (isStoredTime(text) ? text : parse(text))
}

function timeParser(local: TimeParser | undefined, write: typeof isoTime): ValueParser {
  return text => {
    const parts = parseIsoTime(text) ?? local?.(text)
    return parts ? write(parts) : refuse('TIME_INVALID', timeExpected(local), text)
  }
}

function timeExpected(local: TimeParser | undefined): string {
  return local
    ? 'a date that exists, in ISO 8601 or in the format of --date-format'
    : 'a date that exists, like 2026-11-01 or 2026-11-01T08:00:00Z; other forms need --date-format'
}

function refuse(code: RefusalCode, expected: string, text: string): Refusal {
  const found = text.length > shown ? `${text.slice(0, shown)}…` : text
  return new Refusal(code, `must be ${expected}; found "${found}"`)
}
