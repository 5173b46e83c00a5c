import { salesTable } from '../domain/sales.ts'
import { times } from './life.ts'
import { guidOf, Random } from './random.ts'
import type { Cells, Sample } from './sample.ts'

/** The documents of a sample are dealt to these in turn. */
export const documentTables = ['quote', 'salesorder', 'invoice'] as const

const numberPrefixes = { quote: 'QUO', salesorder: 'ORD', invoice: 'INV' } as const
const subjects = [
  'Annual supply',
  'Repair; urgent',
  'Sample box, small',
  'Übernahme',
  '年間契約',
] as const

/** One document: the row `index` of the table number `which`. */
export function documentOf(sample: Sample, which: number, index: number): Cells {
  const name = documentTables[which] ?? 'quote'
  const table = salesTable(name)
  const key = sample.keys[name]
  const random = new Random(key, index)
  const numberColumn = name === 'salesorder' ? 'ordernumber' : `${name}number`
  return {
    [table.key]: guidOf(key, index),
    [numberColumn]: `${numberPrefixes[name]}-${String(1000 + index).padStart(5, '0')}-${random.letters('BCDFGHJKLMNPQRST', 6)}`,
    name: random.chance(0.9) ? random.pick(subjects) : null,
    totalamount: random.chance(0.95) ? amount(random) : null,
    statecode: random.below(4),
    ...customer(sample, index * documentTables.length + which, random),
    ...times(random, sample.sortedCreatedOn ? (index * 3) / sample.documents : null),
  }
}

/**
 * Whose document it is: first each active contact has one, then accounts, contacts that are not
 * there, and contacts that have one already take turns.
 */
function customer(sample: Sample, document: number, random: Random): Cells {
  const { keys, accounts, activeContacts } = sample
  const turn = document < activeContacts ? null : (document - activeContacts) % 20
  if (turn === 0) return of(guidOf(keys.nobody, document), 'contact')
  if (turn !== null && (turn <= 7 || activeContacts === 0))
    return of(guidOf(keys.account, random.below(accounts)), 'account')
  const rank = turn === null ? document : random.below(activeContacts)
  return spelled(guidOf(keys.contact, sample.contactRanks.indexAt(rank)), document)
}

/** Programs write the same GUID in several ways, and some leave its type out. */
function spelled(contact: string, document: number): Cells {
  const way = document % 41
  if (way === 0) return of(contact.toUpperCase(), 'contact')
  if (way === 1) return of(`{${contact.toUpperCase()}}`, 'contact')
  return of(contact, way === 2 ? null : 'contact')
}

function of(customerid: string, customeridtype: string | null): Cells {
  return { customerid, customeridtype }
}

function amount(random: Random): string {
  return `${random.below(20_000)}.${String(random.below(100)).padStart(2, '0')}`
}
