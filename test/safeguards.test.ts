import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { safeguards } from '../scripts/safeguards/safeguards.ts'

const project = new URL('../', import.meta.url)

t.test('each safeguard stands where it would be taken out', t => {
  for (const { what, file, without, test } of safeguards) {
    const source = readFileSync(new URL(file, project), 'utf8')
    const missing = without.filter(([piece]) => !source.includes(piece))
    t.same(missing, [], what)
    t.ok(existsSync(fileURLToPath(new URL(test, project))), `${what}: ${test}`)
  }
  t.end()
})
