import { readFileSync } from 'node:fs'
import t from 'tap'
import { mappingsPage } from '../../src/sync/mappings-page.ts'
import { templates } from '../../src/sync/templates/all.ts'

t.test('docs/mappings.md is what the templates do: "npm run mappings" writes it', t => {
  const page = readFileSync(new URL('../../docs/mappings.md', import.meta.url), 'utf8')
  t.equal(page, mappingsPage())
  t.end()
})

t.test('the page has each row of each mapping page, and how sure it is', t => {
  const rows = mappingsPage()
    .split('\n')
    .filter(line => line.startsWith('| ') && !/^\| (-|Source)/.test(line))
  const maps = templates.flatMap(({ legs }) => legs.flatMap(leg => leg.maps))
  t.equal(rows.length, maps.length)
  for (const [i, map] of maps.entries())
    t.match(rows[i], new RegExp(`\\| \`${map.to}\` .*\\| ${map.certainty} *\\|$`))
  t.end()
})
