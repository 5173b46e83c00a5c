import t from 'tap'
import { freshFolder } from '../support/database.ts'
import { behindCommits, onceEach, outOfRoom, proveOrdeals, spread } from '../support/kill-matrix.ts'
import { survive, undisturbed, type Attempt } from '../support/kill.ts'
import { editedSince, scenesIn } from '../support/scenes.ts'
import { ofOthers, stateOf } from '../support/state.ts'

// Some 800 processes: ten minutes on two idle cores.
t.setTimeout(2 * 3_600_000)

const points = { migrate: 260, rollback: 110, sync: 80, import: 70 } as const
const operations = ['migrate', 'rollback', 'sync', 'import'] as const

for (const operation of operations) {
  t.test(
    `${operation}, killed before ${points[operation]} statements and run again, ends as if undisturbed`,
    async t => {
      const scene = (await scenesIn(freshFolder(t)))[operation]
      const { life, state } = await undisturbed(scene)
      t.comment(`${operation}: ${life.statements} statements, ${life.commits.length} commits`)
      const ordeals = onceEach(operation, spread(life, points[operation]))
      const { kills } = await proveOrdeals(t, scene, state, ordeals)
      t.ok(kills >= points[operation], `${kills} kills`)
    },
  )
}

for (const operation of operations) {
  t.test(
    `${operation}, killed between COMMIT and what follows, ends as if undisturbed`,
    async t => {
      const scene = (await scenesIn(freshFolder(t)))[operation]
      const { life, state } = await undisturbed(scene)
      await proveOrdeals(t, scene, state, onceEach(operation, behindCommits(life, 25)))
    },
  )
}

for (const operation of ['migrate', 'rollback'] as const) {
  t.test(`${operation}, killed again twice while it goes on, ends as if undisturbed`, async t => {
    const scene = (await scenesIn(freshFolder(t)))[operation]
    const { life, state } = await undisturbed(scene)
    const ordeals = spread(life, 12).map((death, i) => [
      { operation, death },
      { operation, death: { ...death, statement: 40 + 9 * i } },
      { operation, death: { ...death, statement: 50 + 7 * i } },
    ])
    await proveOrdeals(t, scene, state, ordeals)
  })
}

t.test('an upgrade that was killed, and its rollback too, leaves nothing behind', async t => {
  const { migrate, rollback } = await scenesIn(freshFolder(t))
  const { life } = await undisturbed(migrate)
  const scene = { ...rollback, before: migrate.before }
  const ordeals = spread(life, 24).map((death, i): Attempt[] => [
    { operation: 'migrate', death },
    { operation: 'rollback', death: { statement: 40 + 5 * i, moment: 'before' } },
  ])
  await proveOrdeals(t, scene, ofOthers(stateOf(migrate.before ?? '')), ordeals, path =>
    ofOthers(stateOf(path)),
  )
})

t.test('a rollback of what people edited, killed twice, ends as if undisturbed', async t => {
  const scene = await editedSince((await scenesIn(freshFolder(t))).rollback)
  const { life, state } = await undisturbed(scene)
  const ordeals = spread(life, 24).map((death, i) => [
    { operation: 'rollback', death } as const,
    { operation: 'rollback', death: { ...death, statement: 40 + 9 * i } } as const,
  ])
  await proveOrdeals(t, scene, state, ordeals)
})

for (const operation of operations) {
  t.test(
    `${operation}, in which no file can grow at some moment, ends as if undisturbed`,
    async t => {
      const scene = (await scenesIn(freshFolder(t)))[operation]
      const { state } = await undisturbed(scene)
      const blocks = Array.from({ length: 15 }, (_, i) => 20 + 60 * i)
      const { kills } = await proveOrdeals(t, scene, state, outOfRoom(operation, blocks))
      t.ok(kills >= 4, `${kills} times there was no room`)
    },
  )
}

for (const operation of ['migrate', 'rollback'] as const) {
  t.test(`${operation}, killed fifty times at moments that nobody chose, ends as ever`, async t => {
    const scene = (await scenesIn(freshFolder(t), 1_500))[operation]
    const { state } = await undisturbed(scene)
    const attempts = Array.from({ length: 50 }, () => ({
      operation,
      afterMillis: Math.round(20 + Math.random() * 150),
    }))
    const ordeal = await survive(scene, attempts)
    t.comment(`killed after ${attempts.map(attempt => attempt.afterMillis).join(', ')} ms`)
    t.ok(ordeal.kills >= 40, `${ordeal.kills} kills hit`)
    t.same(ordeal.state, state)
  })
}
