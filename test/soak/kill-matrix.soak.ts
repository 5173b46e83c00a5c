import t from 'tap'
import { engines, freshFolder } from '../support/database.ts'
import {
  behindCommits,
  onceEach,
  outOfRoom,
  proveOrdeals,
  spread,
  sureDeaths,
  whileCommitting,
} from '../support/kill-matrix.ts'
import { stateBefore, survive, undisturbed, type Attempt } from '../support/kill.ts'
import { editedSince, scenesIn } from '../support/scenes.ts'
import { stateOfOthers } from '../support/state.ts'

// Some 800 processes an engine. One alone: npm run test:soak -- --grep=postgres
t.setTimeout(4 * 3_600_000)
// Where a rollback on a server puts its audit.
process.chdir(freshFolder(t))

const points = { migrate: 260, rollback: 110, sync: 80, import: 70 } as const
const operations = ['migrate', 'rollback', 'sync', 'import'] as const

for (const engine of engines) {
  for (const operation of operations)
    t.test(
      `${engine}: ${operation}, killed before ${points[operation]} statements and run again, ends as if undisturbed`,
      async t => {
        const scene = (await scenesIn(t, engine))[operation]
        const { life, state } = await undisturbed(scene)
        t.comment(`${operation}: ${life.statements} statements, ${life.commits.length} commits`)
        const deaths = spread(life, points[operation])
        const { kills } = await proveOrdeals(t, scene, state, onceEach(operation, deaths))
        t.ok(kills >= sureDeaths(engine, life, deaths), `${kills} kills`)
      },
    )

  for (const operation of operations)
    t.test(
      `${engine}: ${operation}, killed between COMMIT and what follows, ends as if undisturbed`,
      async t => {
        const scene = (await scenesIn(t, engine))[operation]
        const { life, state } = await undisturbed(scene)
        const deaths = [
          ...behindCommits(life, 25),
          ...(engine === 'sqlite' ? [] : whileCommitting(life, 25)),
        ]
        await proveOrdeals(t, scene, state, onceEach(operation, deaths))
      },
    )

  for (const operation of ['migrate', 'rollback'] as const)
    t.test(
      `${engine}: ${operation}, killed again twice while it goes on, ends as ever`,
      async t => {
        const scene = (await scenesIn(t, engine))[operation]
        const { life, state } = await undisturbed(scene)
        const ordeals = spread(life, 12).map((death, i) => [
          { operation, death },
          { operation, death: { ...death, statement: 40 + 9 * i } },
          { operation, death: { ...death, statement: 50 + 7 * i } },
        ])
        await proveOrdeals(t, scene, state, ordeals)
      },
    )

  t.test(`${engine}: a killed upgrade, its rollback killed too, leaves nothing behind`, async t => {
    const { migrate, rollback } = await scenesIn(t, engine)
    const { life } = await undisturbed(migrate)
    const scene = { ...rollback, before: migrate.before }
    const ordeals = spread(life, 24).map((death, i): Attempt[] => [
      { operation: 'migrate', death },
      { operation: 'rollback', death: { statement: 40 + 5 * i, moment: 'before' } },
    ])
    const before = await stateBefore(migrate, stateOfOthers)
    await proveOrdeals(t, scene, before, ordeals, stateOfOthers)
  })

  t.test(`${engine}: a rollback of what people edited, killed twice, ends as ever`, async t => {
    const scene = await editedSince((await scenesIn(t, engine)).rollback)
    const { life, state } = await undisturbed(scene)
    const ordeals = spread(life, 24).map((death, i) => [
      { operation: 'rollback', death } as const,
      { operation: 'rollback', death: { ...death, statement: 40 + 9 * i } } as const,
    ])
    await proveOrdeals(t, scene, state, ordeals)
  })

  for (const operation of ['migrate', 'rollback'] as const)
    t.test(
      `${engine}: ${operation}, killed fifty times at random moments, ends as ever`,
      async t => {
        const scene = (await scenesIn(t, engine, 1_500))[operation]
        const { state } = await undisturbed(scene)
        const attempts = Array.from({ length: 50 }, () => ({
          operation,
          afterMillis: Math.round(20 + Math.random() * 150),
        }))
        const ordeal = await survive(scene, attempts)
        t.comment(`killed after ${attempts.map(attempt => attempt.afterMillis).join(', ')} ms`)
        t.ok(ordeal.kills >= 40, `${ordeal.kills} kills hit`)
        t.same(ordeal.state, state)
      },
    )
}

for (const operation of operations)
  t.test(
    `sqlite: ${operation}, in which no file can grow at some moment, ends as if undisturbed`,
    async t => {
      const scene = (await scenesIn(t, 'sqlite'))[operation]
      const { state } = await undisturbed(scene)
      const blocks = Array.from({ length: 15 }, (_, i) => 20 + 60 * i)
      const { kills } = await proveOrdeals(t, scene, state, outOfRoom(operation, blocks))
      t.ok(kills >= 4, `${kills} times there was no room`)
    },
  )
