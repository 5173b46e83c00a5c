import { address, phone, times } from './life.ts'
import { places, type Place } from './places.ts'
import { guidOf, Random } from './random.ts'
import type { Cells, Sample } from './sample.ts'

/** One account. */
export function accountOf(sample: Sample, index: number): Cells {
  const key = sample.keys.account
  const random = new Random(key, index)
  const place = random.pick(places)
  const rank = sample.accountRanks.rankOf(index)
  const nameless = sample.oddities.includes('poison-rows') && rank % 97 === 31
  return {
    accountid: guidOf(key, index),
    accountnumber: accountNumber(sample, rank),
    name: nameless ? null : companyName(place, random, rank),
    telephone1: phone(place, random),
    fax: random.chance(0.3) ? phone(place, random) : null,
    websiteurl: random.chance(0.6) ? `https://company${index}.example.com` : null,
    emailaddress1: random.chance(0.8) ? `office@company${index}.example.com` : null,
    ...address(place, random),
    statecode: rank % 20 === 7 ? 1 : 0,
    ...times(random, sample.sortedCreatedOn ? index / sample.accounts : null),
  }
}

/** The first ranks have none; the others count up, but for the oddities. */
function accountNumber(sample: Sample, rank: number): string | null {
  const number = rank - Math.round(sample.accounts * sample.missingAccountNumbers)
  if (number < 0) return null
  const text = (of: number) => `K-${String(of).padStart(6, '0')}`
  if (sample.oddities.includes('duplicate-account-numbers') && number % 50 === 1)
    return text(number - 1)
  if (sample.oddities.includes('almost-duplicate-account-numbers')) {
    if (number % 50 === 3) return text(number - 1).toLowerCase()
    if (number % 50 === 5) return `${text(number - 1)} `
  }
  return text(number)
}

/** A name as a customer may have it; one in fifty begins as a spreadsheet formula does. */
function companyName(place: Place, random: Random, rank: number): string {
  const name = random.pick(place.companies)
  const form = random.pick(place.companyForms)
  const sign = rank % 50 === 13 ? random.pick(['+', '@', '-', '=']) : ''
  if (/[\u3040-\u9fff]/.test(form)) return `${sign}${name}${form}`
  return `${sign}${name} ${form}`
}
