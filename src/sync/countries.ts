/** The ISO 3166 codes of a country. */
export interface Country {
  readonly alpha2: string
  readonly alpha3: string
}

/** Countries by their spellings, as `spelling` writes them. */
export type Countries = ReadonlyMap<string, Country>

/** What people write and no list of names has. */
const colloquial: Readonly<Record<string, readonly string[]>> = {
  AE: ['UAE', 'U.A.E.', 'Emirates'],
  BA: ['Bosnia'],
  CD: ['DR Congo', 'Congo-Kinshasa'],
  CI: ['Ivory Coast'],
  CZ: ['Czech Republic', 'Czechia'],
  GB: [
    'UK',
    'U.K.',
    'Great Britain',
    'Britain',
    'England',
    'Scotland',
    'Wales',
    'Northern Ireland',
  ],
  KR: ['South Korea', 'Korea'],
  MM: ['Burma'],
  NL: ['Holland', 'The Netherlands'],
  RU: ['Russia'],
  TW: ['Taiwan'],
  US: ['US', 'U.S.', 'USA', 'U.S.A.', 'United States', 'United States of America', 'America'],
  VN: ['Vietnam', 'Viet Nam'],
}

/**
 * How a country's text compares: without outer spaces, and in lower case as far as A to Z go.
 * Further than that engines differ, so the list has each name in both cases.
 */
export function spelling(text: string): string {
  return text.replace(/^ +| +$/g, '').replace(/[A-Z]/g, letter => letter.toLowerCase())
}

/**
 * Every spelling that is known: ISO codes, what people write, and the names in all languages that
 * i18n-iso-countries has. English wins; a name that means two countries in other languages is
 * left out.
 */
export async function knownCountries(): Promise<Countries> {
  // Loaded here, because only the sync needs it and it reads all its languages at once.
  const { default: names } = await import('i18n-iso-countries')
  const codes = Object.entries(names.getAlpha2Codes())
  const countries = new Map(codes.map(([alpha2, alpha3]) => [alpha2, { alpha2, alpha3 }]))
  const known = new Map<string, Country>()
  const learn = (text: string, country: Country) => {
    for (const variant of [text, text.toUpperCase(), text.toLowerCase()])
      if (!known.has(spelling(variant))) known.set(spelling(variant), country)
  }
  const namesIn = (language: string) =>
    Object.entries(names.getNames(language, { select: 'all' })).flatMap(([alpha2, spellings]) => {
      const country = countries.get(alpha2)
      return country ? spellings.map(text => ({ text, country })) : []
    })

  for (const country of countries.values()) {
    learn(country.alpha2, country)
    learn(country.alpha3, country)
  }
  for (const [alpha2, texts] of Object.entries(colloquial)) {
    const country = countries.get(alpha2)
    for (const text of texts) if (country) learn(text, country)
  }
  for (const { text, country } of namesIn('en')) learn(text, country)
  const others = names
    .langs()
    .filter(language => language !== 'en')
    .flatMap(namesIn)
  const ambiguous = ambiguousAmong(others)
  for (const { text, country } of others)
    if (!ambiguous.has(spelling(text.toLowerCase()))) learn(text, country)
  return known
}

function ambiguousAmong(names: readonly { text: string; country: Country }[]): Set<string> {
  const first = new Map<string, Country>()
  const ambiguous = new Set<string>()
  for (const { text, country } of names) {
    const key = spelling(text.toLowerCase())
    const other = first.get(key)
    if (other === undefined) first.set(key, country)
    else if (other !== country) ambiguous.add(key)
  }
  return ambiguous
}
