import fc from 'fast-check'
import { parseFormat, type NumberFormat } from '../../src/numbering/format.ts'

export const consonants = 'BCDFGHJKLMNPQRSTVWXYZ'

const literalText = fc
  .string({ unit: 'grapheme-ascii', maxLength: 4 })
  .filter(text => !/[{}]/.test(text))
const signs = fc.constantFrom(
  '',
  '-',
  'K',
  '.',
  '*',
  '?',
  '[',
  ']',
  '^',
  "'",
  '"',
  '%',
  '\\',
  'ä',
  '7',
)
const randomPart = fc.integer({ min: 1, max: 6 }).map(n => `{RANDSTRING:${n}}`)
const timePart = fc
  .constantFrom('yyyy', 'yy', 'MM-dd', 'HH:mm', 'ss', '[MM]*', 'yy.')
  .map(p => `{DATETIMEUTC:${p}}`)
const piece = fc.oneof(literalText, signs, randomPart, timePart)
/** Any format that can be used: text with signs that mean something elsewhere, random parts, times. */
export const formats = fc
  .tuple(
    fc.array(piece, { maxLength: 2 }),
    fc.integer({ min: 1, max: 12 }),
    fc.array(piece, { maxLength: 2 }),
  )
  .map(([before, digits, after]) => `${before.join('')}{SEQNUM:${digits}}${after.join('')}`)
  .map(text => {
    try {
      return parseFormat(text, consonants)
    } catch {
      return null
    }
  })
  .filter((format): format is NumberFormat => format !== null)
