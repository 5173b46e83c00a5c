import type { Place } from './places.ts'
import type { Random } from './random.ts'
import type { Cells } from './sample.ts'

const secondsPerDay = 86_400
const firstMoment = Date.UTC(2015, 0, 1) / 1_000
const span = 4_000 * secondsPerDay

/**
 * When a row was made and last changed.
 *
 * @param place how far through the table the row stands, 0 to 1, where age follows storage; null
 * where it does not
 */
export function times(random: Random, place: number | null): Cells {
  const created = firstMoment + (place === null ? random.below(span) : Math.floor(place * span))
  return {
    createdon: time(created),
    modifiedon: time(created + random.below(365 * secondsPerDay)),
  }
}

/** A telephone number of the place, among those that are given to nobody. */
export function phone({ phone }: Place, random: Random): string {
  return digits(phone, random)
}

/** An address of the place. */
export function address(place: Place, random: Random): Cells {
  return {
    address1_line1: random.pick(place.street).replace('#', String(1 + random.below(180))),
    address1_city: random.pick(place.cities),
    address1_stateorprovince: place.states && random.pick(place.states),
    address1_postalcode: digits(place.postalCode, random).replace(/X/g, () =>
      random.letters('ABEHLMNPRS', 1),
    ),
    address1_country: random.pick(place.country),
  }
}

const dayTexts = new Map<number, string>()
const pairs = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'))

/** ISO 8601 by the second, as Dataverse hands moments out; Date would take most of the time. */
function time(seconds: number): string {
  const day = Math.floor(seconds / secondsPerDay)
  const rest = seconds % secondsPerDay
  const dayText =
    dayTexts.get(day) ?? new Date(day * secondsPerDay * 1_000).toISOString().slice(0, 11)
  dayTexts.set(day, dayText)
  const [hours, minutes] = [Math.floor(rest / 3_600), Math.floor(rest / 60) % 60]
  return `${dayText}${pairs[hours] ?? ''}:${pairs[minutes] ?? ''}:${pairs[rest % 60] ?? ''}Z`
}

function digits(pattern: string, random: Random): string {
  return pattern.replace(/0/g, () => String(random.below(10)))
}
