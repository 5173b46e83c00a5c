import type { Place } from './places.ts'
import type { Random } from './random.ts'
import type { Cells } from './sample.ts'

const jobs = [
  'Buyer',
  'Chief Executive',
  'Einkäuferin',
  'Head of "Special Projects"',
  'Jefe de compras',
  'Kitchen manager; weekends',
  'Sales, North and East',
  '購買部長',
] as const

const middleNames = ['A.', 'José', 'Marie', 'van', 'Ø.'] as const

/** Names that are text like any other, though some program somewhere will not think so. */
const strangeFamilies = ['Null', 'NULL', 'null', 'undefined', '-0', 'True', 'NaN'] as const

/** Name, job and station in life of one person; `mark` 6 to 9 are the strange ones. */
export function person(place: Place, random: Random, mark: number): Cells {
  const isWoman = random.chance(0.5)
  const given = strangeGiven(mark) ?? random.pick(isWoman ? place.women : place.men)
  const middlename = random.chance(0.2) ? random.pick(middleNames) : null
  const lastname = mark === 8 ? random.pick(strangeFamilies) : random.pick(place.families)
  return {
    firstname: given,
    middlename,
    lastname,
    fullname: fullName(place, given, middlename, lastname),
    jobtitle: random.chance(0.7) ? random.pick(jobs) : null,
    accountrolecode: random.chance(0.6) ? 1 + random.below(3) : null,
    gendercode: random.chance(0.9) ? (isWoman ? 2 : 1) : null,
    familystatuscode: random.chance(0.5) ? 1 + random.below(4) : null,
  }
}

function strangeGiven(mark: number): string | undefined {
  if (mark === 6) return '=1+1'
  if (mark === 7) return 'Anna, "Nan"; Maria'
  // Composed and decomposed, with outer space: to be kept as they are.
  if (mark === 9) return ' Zoe\u0301 Zo\u00e9 '
  return undefined
}

function fullName(
  { familyFirst }: Place,
  given: string,
  middle: string | null,
  family: string,
): string {
  if (familyFirst !== null) return `${family}${familyFirst}${given}`
  return middle === null ? `${given} ${family}` : `${given} ${middle} ${family}`
}
