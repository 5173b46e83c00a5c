import { exitStatus, P2cError } from '../errors.ts'

/** What sample data can have on top of the ordinary mess, with what each stands for. */
export const oddities = {
  'duplicate-account-numbers': 'one account in fifty has the number of another',
  'almost-duplicate-account-numbers': 'numbers that differ only in case or outer space',
  'half-numbered': 'a third of the contacts have a number already, a few of another format',
  'poison-rows': 'accounts and contacts without a name, and telephone numbers that are too long',
} as const

export type Oddity = keyof typeof oddities

export interface SeedOptions {
  /** How many contacts; a fifth as many accounts, three quarters as many documents. 200 by default. */
  readonly contacts?: number
  /** The same seed gives the same data, to the byte. 1 by default. */
  readonly seed?: number
  /** The share of contacts with quotes, orders or invoices; 0.4 by default. */
  readonly active?: number
  /** The share of accounts without an account number; 0.4 by default. */
  readonly missingAccountNumbers?: number
  /** Whether rows are stored oldest first; by default their age has nothing to do with their place. */
  readonly sortedCreatedOn?: boolean
  /** None by default. */
  readonly oddities?: readonly Oddity[]
}

const mostContacts = 50_000_000

/**
 * The options with everything filled in.
 *
 * @throws P2cError SEED_INVALID (exit 2)
 */
export function completeOptions(options: SeedOptions): Required<SeedOptions> {
  const complete = {
    contacts: options.contacts ?? 200,
    seed: options.seed ?? 1,
    active: options.active ?? 0.4,
    missingAccountNumbers: options.missingAccountNumbers ?? 0.4,
    sortedCreatedOn: options.sortedCreatedOn ?? false,
    oddities: options.oddities ?? [],
  }
  const { contacts, seed } = complete
  if (!Number.isInteger(contacts) || contacts < 0 || contacts > mostContacts)
    refuse('number of contacts', `a whole number from 0 to ${mostContacts}`, contacts)
  if (!Number.isSafeInteger(seed)) refuse('seed', 'a whole number', seed)
  for (const share of ['active', 'missingAccountNumbers'] as const)
    if (!(complete[share] >= 0 && complete[share] <= 1))
      refuse(`share "${share}"`, 'a number from 0 to 1', complete[share])
  const unknown = complete.oddities.find(oddity => !(oddity in oddities))
  if (unknown !== undefined)
    refuse('oddity', `one of ${Object.keys(oddities).join(', ')}`, `"${unknown}"`)
  return complete
}

function refuse(what: string, must: string, found: unknown): never {
  throw new P2cError('SEED_INVALID', {
    what: `the ${what} of the sample data cannot be used`,
    must,
    found: String(found),
    next: 'Mend it and run "p2c seed" again',
    exit: exitStatus.usage,
  })
}
