import t from 'tap'
import { freshFolder } from './support/database.ts'
import { atOnce, killedAt, spread, undisturbed } from './support/kill.ts'
import { scenesIn } from './support/scenes.ts'

// Dozens of processes are started and killed one after the other.
t.setTimeout(900_000)

const atATime = 2
const points = { migrate: 26, rollback: 14, sync: 12, import: 12 } as const

t.test('killed at any statement and run again, a command ends as if undisturbed', async t => {
  const scenes = await scenesIn(freshFolder(t))
  for (const operation of ['migrate', 'rollback', 'sync', 'import'] as const) {
    await t.test(operation, async t => {
      const scene = scenes[operation]
      const { statements, state } = await undisturbed(scene)
      let kills = 0
      await atOnce(spread(statements, points[operation]), atATime, async point => {
        const after = await killedAt(scene, [point])
        kills += after.kills
        t.same(after.state, state, `killed before statement ${point} of ${statements}`)
      })
      t.ok(kills >= points[operation] - 2, `${kills} kills`)
    })
  }
})

t.test('killed ten times in one upgrade, it still ends as if undisturbed', async t => {
  const { migrate } = await scenesIn(freshFolder(t))
  const { statements, state } = await undisturbed(migrate)
  const kills = Array.from({ length: 10 }, (_, i) => Math.round(20 + (i * statements) / 25))
  const after = await killedAt(migrate, kills, 'again-and-again')
  t.ok(after.kills >= 8, `${after.kills} kills`)
  t.same(after.state, state)
})
