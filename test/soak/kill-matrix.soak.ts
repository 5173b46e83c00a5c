import t from 'tap'
import { freshFolder } from '../support/database.ts'
import { atOnce, killedAt, spread, undisturbed } from '../support/kill.ts'
import { scenesIn } from '../support/scenes.ts'

// Hundreds of processes: an hour on two slow cores.
t.setTimeout(4 * 3_600_000)

const atATime = 2
const points = { migrate: 260, rollback: 100, sync: 80, import: 80 } as const

for (const operation of ['migrate', 'rollback', 'sync', 'import'] as const) {
  t.test(
    `${operation}, killed at ${points[operation]} statements and run again, ends as if undisturbed`,
    async t => {
      const scene = (await scenesIn(freshFolder(t)))[operation]
      const { statements, state } = await undisturbed(scene)
      let kills = 0
      await atOnce(spread(statements, points[operation]), atATime, async point => {
        const after = await killedAt(scene, [point])
        kills += after.kills
        t.same(after.state, state, `killed before statement ${point} of ${statements}`)
      })
      t.ok(kills >= points[operation] - 2, `${kills} kills`)
    },
  )
}

t.test('killed fifty times in one upgrade, it ends as if undisturbed', async t => {
  const { migrate } = await scenesIn(freshFolder(t))
  const { statements, state } = await undisturbed(migrate)
  const kills = Array.from({ length: 50 }, () => Math.ceil((Math.random() * statements) / 20) + 15)
  const after = await killedAt(migrate, kills, 'fifty')
  t.comment(`${after.kills} kills`)
  t.ok(after.kills >= 20, 'most of them hit')
  t.same(after.state, state)
})
