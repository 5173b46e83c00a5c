import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import t from 'tap'
import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/domain/sql.ts'
import { P2cError } from '../../src/errors.ts'
import { finish } from '../../src/events.ts'
import { seed } from '../../src/seed/seed.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { previewRollback, rollback } from '../../src/upgrade/rollback.ts'
import { verify } from '../../src/upgrade/verify.ts'
import {
  engines,
  freshDatabase,
  freshFolder,
  type Engine,
  type Teardown,
} from '../support/database.ts'
import { editAsPeopleDo } from '../support/edits.ts'

// Where a rollback on a server puts its audit.
process.chdir(freshFolder(t))

const contacts = 300
/** One contact in a hundred gets each kind of edit. */
const edited = contacts / 100

async function upgraded(t: Teardown, engine: Engine): Promise<Database> {
  const db = await freshDatabase(t, engine)
  await finish(seed(db, { contacts }))
  await finish(migrate(db))
  return db
}

const rowsOf = (db: Database) =>
  db.rows<Record<string, unknown>>(sql`SELECT * FROM contact ORDER BY contactid`)

for (const engine of engines) {
  t.test(`${engine}: values of people are listed, and nothing is undone`, async t => {
    const db = await upgraded(t, engine)
    await editAsPeopleDo(db, 100)
    const before = await rowsOf(db)
    const { edits } = await previewRollback(db, { to: 'start' })
    t.equal(edits.count, 2 * edited, 'numbers and flags')
    const refusal: unknown = await finish(rollback(db, { to: 'start' })).catch(
      (error: unknown) => error,
    )
    t.match(refusal, { code: 'EDITS_FOUND', exit: 4 })
    t.same(refusal instanceof P2cError && refusal.details, edits.examples)
    t.same(await rowsOf(db), before)
  })

  t.test(`${engine}: taken back they stand in a file, and all else is as it was`, async t => {
    const db = await upgraded(t, engine)
    const first = await rowsOf(db)
    await editAsPeopleDo(db, 100)
    const changed = await rowsOf(db)
    const { editsFile } = await finish(rollback(db, { to: 'start', abandonEdits: true }))
    const file: Record<string, string>[] = parse(readFileSync(editsFile ?? ''), {
      columns: true,
      bom: true,
    })
    t.equal(file.length, 2 * edited)
    const valueOf = ({ row_id, column = '' }: Record<string, string>) => {
      const value = changed.find(({ contactid }) => contactid === row_id)?.[column]
      return column === 'msdynce_contactnumber' ? value : db.dialect.readFlag(value)
    }
    for (const row of file) t.equal(row['current_value'], String(valueOf(row)))

    await finish(migrate(db))
    const second = new Map((await rowsOf(db)).map(row => [row['contactid'], row]))
    const differing = first.filter(
      row => JSON.stringify(second.get(row['contactid'])) !== JSON.stringify(row),
    )
    t.equal(differing.length, 2 * edited, 'names that were edited, and contacts that are gone')
    for (const { contactid, ...row } of differing) {
      const now = second.get(contactid)
      if (now) t.same(now, { ...row, contactid, lastname: 'Edited' })
    }
    t.equal(second.size, contacts, 'as many came as went')
    for (const row of changed.filter(({ lastname }) => lastname === 'New'))
      t.same(second.get(row['contactid']), row, 'with the number of before')
    t.same((await verify(db)).violations, [])
  })
}
