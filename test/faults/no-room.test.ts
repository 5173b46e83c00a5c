import t from 'tap'
import { outOfRoom, proveOrdeals } from '../support/kill-matrix.ts'
import { undisturbed } from '../support/kill.ts'
import { scenesIn } from '../support/scenes.ts'

t.setTimeout(300_000)

/** Sizes at which no file can grow any more, in blocks of 512 bytes: within what each writes. */
const blocks = {
  migrate: [40, 300, 500, 700, 900, 1100],
  rollback: [40, 500, 700],
  sync: [40, 400],
  import: [40, 150, 250],
} as const

t.test(
  'sqlite: where no file can grow, a command ends in an error, and goes on as if undisturbed',
  async t => {
    const scenes = await scenesIn(t, 'sqlite')
    for (const operation of ['migrate', 'rollback', 'sync', 'import'] as const) {
      const { state } = await undisturbed(scenes[operation])
      const ordeals = outOfRoom(operation, blocks[operation])
      const { kills } = await proveOrdeals(t, scenes[operation], state, ordeals)
      t.equal(kills, ordeals.length, `${operation}: each came to grief`)
    }
  },
)
