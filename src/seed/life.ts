import type { Place } from './places.ts'
import type { Random } from './random.ts'
import type { Cells } from './sample.ts'

const firstDay = Date.UTC(2015, 0, 1)
const days = 4_000
const millisPerDay = 86_400_000

/**
 * When a row was made and last changed.
 *
 * @param place how far through the table the row stands, 0 to 1, where age follows storage; null
 * where it does not
 */
export function times(random: Random, place: number | null): Cells {
  const age = place ?? random.below(days * 86_400) / (days * 86_400)
  const created = firstDay + age * days * millisPerDay
  return {
    createdon: time(created),
    modifiedon: time(created + random.below(365 * 86_400) * 1_000),
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

/** Dataverse hands moments out by the second. */
function time(millis: number): string {
  return `${new Date(millis).toISOString().slice(0, 19)}Z`
}

function digits(pattern: string, random: Random): string {
  return pattern.replace(/0/g, () => String(random.below(10)))
}
