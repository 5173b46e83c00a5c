import t from 'tap'
import { knownCountries, spelling } from '../../src/sync/countries.ts'

t.test('a country is known by its codes, its names and what people write', async t => {
  const countries = await knownCountries()
  const codes = (text: string) => countries.get(spelling(text))
  for (const text of [
    'US',
    'usa',
    ' U.S.A. ',
    'United States',
    'united states of america',
    'Vereinigte Staaten von Amerika',
  ])
    t.equal(codes(text)?.alpha3, 'USA', text)
  for (const text of ['UK', 'gb', 'GBR', 'United Kingdom', 'England', 'Great Britain'])
    t.equal(codes(text)?.alpha2, 'GB', text)
  for (const text of ['Germany', 'DEU', 'Deutschland', 'Allemagne', 'Alemania'])
    t.equal(codes(text)?.alpha2, 'DE', text)
  for (const text of ['Österreich', 'ÖSTERREICH', 'österreich', 'Austria'])
    t.equal(codes(text)?.alpha2, 'AT', text)
  for (const text of ['', 'Narnia', 'N/A', 'null']) t.equal(codes(text), undefined, text)
})

t.test('every country has both codes', async t => {
  const countries = await knownCountries()
  const wrong = [...countries].filter(
    ([, { alpha2, alpha3 }]) => !/^[A-Z]{2}$/.test(alpha2) || !/^[A-Z]{3}$/.test(alpha3),
  )
  t.same(wrong, [])
  t.ok(new Set([...countries.values()]).size > 240)
})
