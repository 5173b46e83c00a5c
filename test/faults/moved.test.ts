import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import t from 'tap'
import { spread } from '../support/kill-matrix.ts'
import { survive, undisturbed } from '../support/kill.ts'
import { scenesIn } from '../support/scenes.ts'

t.setTimeout(300_000)

/** What a tidy person does to the files of a database between two runs. */
const tidying: Readonly<Record<string, (path: string) => string>> = {
  'without its lock file': path => {
    rmSync(`${path}.p2c-lock`)
    return path
  },
  // What was committed last is lost with it; the rest is whole.
  'without its write-ahead log': path => {
    rmSync(`${path}-wal`, { force: true })
    rmSync(`${path}-shm`, { force: true })
    return path
  },
  'in another folder, under another name': path => {
    const folder = join(dirname(path), 'archive')
    mkdirSync(folder)
    for (const file of readdirSync(dirname(path)).filter(name => name !== 'archive'))
      renameSync(
        join(dirname(path), file),
        join(folder, file.replace(basename(path), 'renamed.sqlite')),
      )
    return join(folder, 'renamed.sqlite')
  },
}

t.test('sqlite: an upgrade that was killed goes on', async t => {
  const { migrate } = await scenesIn(t, 'sqlite')
  const { life, state } = await undisturbed(migrate)
  for (const [how, between] of Object.entries(tidying))
    for (const death of spread(life, 5).slice(2, 4)) {
      const ordeal = await survive(migrate, [{ operation: 'migrate', death }], {
        between: database => {
          const path = database.slice('sqlite:'.length)
          t.ok(existsSync(`${path}-wal`), 'it was in the middle of its work')
          return `sqlite:${between(path)}`
        },
      })
      t.same(ordeal.state, state, `${how}, after statement ${death.statement}`)
    }
})
