import t from 'tap'
import { engines, freshFolder } from './support/database.ts'
import {
  behindCommits,
  onceEach,
  proveOrdeals,
  spread,
  sureDeaths,
  whileCommitting,
} from './support/kill-matrix.ts'
import { stateBefore, survive, undisturbed } from './support/kill.ts'
import { editedSince, scenesIn } from './support/scenes.ts'
import { stateOfOthers } from './support/state.ts'

// Dozens of processes are started and killed.
t.setTimeout(900_000)
// Where a rollback on a server puts its audit.
process.chdir(freshFolder(t))

/** How many points each has: the engine that is the slower one to begin with gets fewer. */
const points = {
  sqlite: {
    migrate: 24,
    rollback: 12,
    sync: 10,
    import: 10,
    commits: 2,
    again: 2,
    between: 4,
    edited: 6,
  },
  postgres: {
    migrate: 6,
    rollback: 3,
    sync: 2,
    import: 2,
    commits: 1,
    again: 1,
    between: 2,
    edited: 2,
  },
} as const

for (const engine of engines)
  t.test(engine, async t => {
    const scenes = await scenesIn(t, engine)
    const { commits, again, between, edited } = points[engine]
    const ends = {
      migrate: await undisturbed(scenes.migrate),
      rollback: await undisturbed(scenes.rollback),
      sync: await undisturbed(scenes.sync),
      import: await undisturbed(scenes.import),
    }

    t.test('killed at any statement and run again, a command ends as if undisturbed', async t => {
      for (const operation of ['migrate', 'rollback', 'sync', 'import'] as const) {
        const { life, state } = ends[operation]
        const deaths = [
          ...spread(life, points[engine][operation]),
          ...behindCommits(life, commits),
          ...(engine === 'sqlite' ? [] : whileCommitting(life, commits)),
        ]
        const ordeals = onceEach(operation, deaths)
        const { kills } = await proveOrdeals(t, scenes[operation], state, ordeals)
        t.ok(kills >= sureDeaths(engine, life, deaths), `${operation}: ${kills} kills`)
      }
    })

    t.test('killed again while it goes on, it still ends as if undisturbed', async t => {
      for (const operation of ['migrate', 'rollback'] as const) {
        const { life, state } = ends[operation]
        const ordeals = spread(life, again + 2)
          .slice(1, -1)
          .map(death => [
            { operation, death },
            { operation, death: { ...death, statement: 60 } },
            { operation, death: { ...death, statement: 90 } },
          ])
        const { kills } = await proveOrdeals(t, scenes[operation], state, ordeals)
        t.equal(kills, 3 * again)
      }
    })

    t.test('an upgrade that was killed can be rolled back, as if it had never been', async t => {
      const scene = { ...scenes.rollback, before: scenes.migrate.before }
      const before = await stateBefore(scene, stateOfOthers)
      for (const death of spread(ends.migrate.life, between + 2).slice(1, -1)) {
        const attempt = { operation: 'migrate', death } as const
        const ordeal = await survive(scene, [attempt], { look: stateOfOthers })
        t.equal(ordeal.kills, 1)
        t.same(ordeal.state, before, `killed before statement ${death.statement}`)
      }
    })

    t.test('a rollback of what people edited, killed and run again, ends as ever', async t => {
      const scene = await editedSince(scenes.rollback)
      const { life, state } = await undisturbed(scene)
      const deaths = spread(life, edited + 2).slice(1, -1)
      const { kills } = await proveOrdeals(t, scene, state, onceEach('rollback', deaths))
      t.equal(kills, edited)
    })
  })
