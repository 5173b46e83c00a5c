import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { sql } from '../src/domain/sql.ts'
import { finish } from '../src/events.ts'
import { seedExtract } from '../src/seed/extract.ts'
import { seed } from '../src/seed/seed.ts'
import { connect } from '../src/database/connect.ts'
import { loadConfig } from '../src/config.ts'
import { migrate } from '../src/upgrade/migrate.ts'
import { freshFolder } from './support/database.ts'
import { atOnce, killedAt, spread, undisturbed, type Scene } from './support/kill.ts'

t.setTimeout(900_000)

const contacts = 40
const atATime = 2

/** A seeded database, the same upgraded, the same with changes that a sync has to carry over. */
async function scenes(folder: string): Promise<Record<string, Scene>> {
  const paths = { seeded: join(folder, 's.sqlite'), upgraded: join(folder, 'u.sqlite'), changed: join(folder, 'c.sqlite') }
  const open = (path: string) =>
    connect(loadConfig({ options: { database: `sqlite:${path}`, batch: { rows: 15 } }, file: false }), {
      mode: 'create',
    })
  let db = await open(paths.seeded)
  await finish(seed(db, { contacts }))
  await db.close()
  copyFileSync(paths.seeded, paths.upgraded)
  db = await open(paths.upgraded)
  await finish(migrate(db))
  await db.close()
  copyFileSync(paths.upgraded, paths.changed)
  db = await open(paths.changed)
  await db.change(sql`UPDATE contact SET lastname = 'Changed'`)
  await db.change(sql`UPDATE account SET name = 'Changed' WHERE accountid < '8'`)
  await db.close()
  const from = join(folder, 'extract')
  await finish(seedExtract(loadConfig({ file: false }), { out: from, contacts }))
  return {
    migrate: { operation: 'migrate', before: paths.seeded, folder },
    rollback: { operation: 'rollback', before: paths.upgraded, folder },
    sync: { operation: 'sync', before: paths.changed, folder },
    import: { operation: 'import', before: null, folder, from },
  }
}

const points = { migrate: 26, rollback: 14, sync: 12, import: 12 } as const

t.test('killed at any statement and run again, a command ends as if nobody had disturbed it', async t => {
  const all = await scenes(freshFolder(t))
  for (const [name, count] of Object.entries(points)) {
    await t.test(name, async t => {
      const scene = all[name]
      if (!scene) throw new Error(name)
      const { statements, state } = await undisturbed(scene)
      let kills = 0
      await atOnce(spread(statements, count), atATime, async point => {
        const after = await killedAt(scene, [point])
        kills += after.kills
        t.same(after.state, state, `killed before statement ${point} of ${statements}`)
      })
      t.ok(kills >= count - 2, `${kills} kills`)
    })
  }
})

t.test('killed ten times in one upgrade, it still ends as if nobody had disturbed it', async t => {
  const scene = (await scenes(freshFolder(t)))['migrate']
  if (!scene) throw new Error('no scene')
  const { statements, state } = await undisturbed(scene)
  const kills = Array.from({ length: 10 }, (_, i) => Math.round(20 + (i * statements) / 25))
  const after = await killedAt(scene, kills, 'again-and-again')
  t.ok(after.kills >= 8, `${after.kills} kills`)
  t.same(after.state, state)
})
