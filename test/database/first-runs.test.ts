import t from 'tap'
import { engines } from '../support/database.ts'
import { proveFirstRuns } from '../support/first-runs.ts'

// Eight processes on two cores.
t.setTimeout(300_000)

for (const engine of engines)
  t.test(
    `${engine}: eight first runs at once: one applies, the others are locked out or find nothing to do`,
    t => proveFirstRuns(t, engine, 4),
  )
