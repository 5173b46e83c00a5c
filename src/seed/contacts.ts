import type { NumberFormat } from '../numbering/format.ts'
import { field } from '../domain/names.ts'
import { address, phone, times } from './life.ts'
import { person } from './people.ts'
import { places } from './places.ts'
import { guidOf, Random } from './random.ts'
import type { Cells, Sample } from './sample.ts'

/** One contact. */
export function contactOf(sample: Sample, index: number): Cells {
  const key = sample.keys.contact
  const random = new Random(key, index)
  const place = random.pick(places)
  const number = placeAmongItsLike(sample, index)
  const mark = number % 97
  const poisoned = sample.oddities.includes('poison-rows')
  const born = times(random, sample.sortedCreatedOn ? index / sample.contacts : null)
  return {
    contactid: guidOf(key, index),
    ...(poisoned && mark === 15 ? {} : person(place, random, mark)),
    emailaddress1: random.chance(0.85) ? `person${index}@example.com` : null,
    telephone1: poisoned && mark === 16 ? '5'.repeat(60) : phone(place, random),
    mobilephone: random.chance(0.5) ? phone(place, random) : null,
    fax: random.chance(0.1) ? phone(place, random) : null,
    ...address(place, random),
    ...(mark === 7 ? { address1_line2: 'Building "C"\r\nsecond floor' } : {}),
    ...(mark === 11 ? { address1_country: 'Atlantis' } : {}),
    ...(mark >= 12 && mark <= 14 ? { address1_country: null } : {}),
    ...company(sample, number, index, random),
    ...born,
    ...(mark === 5 ? { createdon: null } : {}),
    statecode: mark < 5 ? 1 : 0,
    [field.contactNumber]: keptNumber(sample, number, index, random),
  }
}

/**
 * Active contacts count from 0, the others too: so every kind of company occurs among both, in its
 * exact share.
 */
function placeAmongItsLike({ contactRanks, activeContacts }: Sample, index: number): number {
  const rank = contactRanks.rankOf(index)
  return rank < activeContacts ? rank : rank - activeContacts
}

/** Of a hundred contacts sixty are under an account, ten under a contact, thirty under nobody. */
function company(sample: Sample, number: number, index: number, random: Random): Cells {
  const { keys, accounts, contacts } = sample
  const account = guidOf(keys.account, random.below(accounts))
  const contact = guidOf(keys.contact, (index + 1 + random.below(contacts)) % contacts)
  const nobody = guidOf(keys.nobody, index)
  const under = (id: string, type: string | null) => ({
    parentcustomerid: id,
    parentcustomeridtype: type,
  })
  // Multiplied, so that the few hundreds of a small sample are not begun with one kind only.
  const kind = (number * 37) % 100
  if (kind < 56) return under(account, 'account')
  if (kind < 57) return under(`{${account.toUpperCase()}}`, 'account')
  if (kind < 59) return under(account, null)
  if (kind < 60) return under(nobody, 'account')
  if (kind < 68) return under(contact, 'contact')
  if (kind < 69) return under(contact, null)
  if (kind < 70) return under(nobody, null)
  return {}
}

function keptNumber(
  { oddities, format, firstNumber }: Sample,
  number: number,
  index: number,
  random: Random,
): string | null {
  if (!oddities.includes('half-numbered') || number % 3 !== 0) return null
  return number % 97 === 9 ? `C${index}` : numberOf(format, firstNumber + index, random)
}

/** A number as an earlier numbering would have given it. */
function numberOf(format: NumberFormat, sequence: number, random: Random): string {
  return format.parts
    .map(part => {
      switch (part.kind) {
        case 'literal':
          return part.text
        case 'sequence':
          return String(sequence).padStart(part.digits, '0')
        case 'random':
          return random.letters(format.alphabet, part.length)
        case 'time':
          return part.pattern.replace(/[a-z]/gi, '1')
      }
    })
    .join('')
}
