import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { p2c } from '../support/command.ts'
import { freshFolder } from '../support/database.ts'

// Each command is a process of its own, started from source.
t.setTimeout(600_000)

t.test('bad input is a clear error with its exit status, and nothing is touched', async t => {
  const folder = freshFolder(t)
  writeFileSync(
    join(folder, 'text.sqlite'),
    'this is no database, but a text that is long enough to be read',
  )
  mkdirSync(join(folder, 'empty'))
  const before = readdirSync(folder)
  const cases: readonly (readonly [string, readonly string[], number, RegExp])[] = [
    ['an unknown option', ['migrate', '--fast'], 2, /unknown option '--fast'/],
    ['an unknown command', ['upgrade'], 2, /unknown command|too many arguments/],
    [
      'a wrong URL',
      ['status', '--database', 'mysql://me:secret@host/db'],
      2,
      /DATABASE_URL_INVALID/,
    ],
    [
      'a database that is not there',
      ['migrate', '--database', 'sqlite:none.sqlite'],
      2,
      /DATABASE_MISSING/,
    ],
    [
      'a file that is no database',
      ['check', '--database', 'sqlite:text.sqlite'],
      2,
      /DATABASE_UNREADABLE/,
    ],
    ['a folder for a database', ['check', '--database', 'sqlite:empty'], 2, /DATABASE_UNREADABLE/],
    [
      'an extract that is not there',
      ['import', '--from', 'nowhere', '--database', 'sqlite:text.sqlite'],
      2,
      /: /,
    ],
    ['a rollback without a target', ['rollback', '--yes'], 2, /--to/],
    ['a rollback that nobody confirmed', ['rollback', '--to', 'start'], 2, /CONFIRMATION_MISSING/],
    ['a time that is none', ['migrate', '--until', '25:00'], 2, /23:30/],
  ]
  for (const [title, args, status, words] of cases) {
    const outcome = await p2c(args, folder)
    t.equal(outcome.status, status, `${title}: status`)
    t.match(outcome.stderr, words, `${title}: words`)
    t.notMatch(outcome.stderr, /secret|\n\s+at /, `${title}: no password, no stack`)
    t.equal(outcome.stdout, '', `${title}: stdout is for results`)
  }
  t.same(readdirSync(folder), before)
})
