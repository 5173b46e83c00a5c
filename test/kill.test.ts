import t from 'tap'
import { freshFolder } from './support/database.ts'
import { behindCommits, onceEach, proveOrdeals, spread } from './support/kill-matrix.ts'
import { survive, undisturbed } from './support/kill.ts'
import { editedSince, scenesIn } from './support/scenes.ts'
import { ofOthers, stateOf } from './support/state.ts'

// Dozens of processes are started and killed.
t.setTimeout(900_000)

const points = { migrate: 24, rollback: 12, sync: 10, import: 10 } as const

t.test('killed at any statement and run again, a command ends as if undisturbed', async t => {
  const scenes = await scenesIn(freshFolder(t))
  for (const operation of ['migrate', 'rollback', 'sync', 'import'] as const) {
    await t.test(operation, async t => {
      const scene = scenes[operation]
      const { life, state } = await undisturbed(scene)
      const deaths = [...spread(life, points[operation]), ...behindCommits(life, 2)]
      const { kills } = await proveOrdeals(t, scene, state, onceEach(operation, deaths))
      t.ok(kills >= points[operation], `${kills} kills`)
    })
  }
})

t.test('killed again while it goes on, it still ends as if undisturbed', async t => {
  const scenes = await scenesIn(freshFolder(t))
  for (const operation of ['migrate', 'rollback'] as const) {
    await t.test(operation, async t => {
      const scene = scenes[operation]
      const { life, state } = await undisturbed(scene)
      const early = spread(life, 4).slice(1, 3)
      const ordeals = early.map(death => [
        { operation, death },
        { operation, death: { ...death, statement: 60 } },
        { operation, death: { ...death, statement: 90 } },
      ])
      const { kills } = await proveOrdeals(t, scene, state, ordeals)
      t.equal(kills, 6)
    })
  }
})

t.test('an upgrade that was killed can be rolled back, as if it had never been', async t => {
  const { migrate, rollback } = await scenesIn(freshFolder(t))
  const { life } = await undisturbed(migrate)
  const before = ofOthers(stateOf(migrate.before ?? ''))
  for (const death of spread(life, 5).slice(1)) {
    const scene = { ...rollback, before: migrate.before }
    const ordeal = await survive(scene, [{ operation: 'migrate', death }], {
      look: path => ofOthers(stateOf(path)),
    })
    t.equal(ordeal.kills, 1)
    t.same(ordeal.state, before, `killed before statement ${death.statement}`)
  }
})

t.test(
  'a rollback of what people edited, killed and run again, ends as if undisturbed',
  async t => {
    const scene = await editedSince((await scenesIn(freshFolder(t))).rollback)
    const { life, state } = await undisturbed(scene)
    const { kills } = await proveOrdeals(t, scene, state, onceEach('rollback', spread(life, 6)))
    t.equal(kills, 6)
  },
)
