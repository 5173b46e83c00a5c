import t from 'tap'
import { proveFirstRuns } from '../support/first-runs.ts'

// Eight processes on two cores.
t.setTimeout(1_800_000)

t.test(
  'eight first runs at once: one applies, the others are locked out or find nothing to do',
  t => proveFirstRuns(t, 20),
)
