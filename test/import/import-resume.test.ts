import t from 'tap'
import { sql } from '../../src/domain/sql.ts'
import type { RunEvent } from '../../src/events.ts'
import { importExtract } from '../../src/import/import.ts'
import { engines } from '../support/database.ts'
import { contactsOf, guid, world } from '../support/extract.ts'

for (const engine of engines) {
  t.test(`${engine}: stopped at any event and run again, it ends in the same state`, async t => {
    const lines = Array.from({ length: 30 }, (_, i) => `${guid(i % 25)},n${i}`)
    const after: unknown[] = []
    const { db, file, run, folder, rejects } = await world(t, engine, { batch: { rows: 4 } })
    file('contacts.csv', ['contactid,lastname', ...lines])
    for (let stop = 0; ; stop++) {
      await db.script('DROP TABLE IF EXISTS contact')
      await db.script(`CREATE TABLE contact (contactid text PRIMARY KEY, lastname text)`)
      await db.script(`INSERT INTO contact VALUES ('${guid(3)}', 'old'), ('${guid(99)}', 'gone')`)
      const work = importExtract(db, { from: folder, rejects, deleteMissing: true })
      const seen: RunEvent[] = []
      let next = await work.next()
      while (!next.done && seen.length < stop) {
        seen.push(next.value)
        next = await work.next()
      }
      const isDone = next.done
      if (!isDone) await work.return(undefined as never)
      if (!isDone) await run({ deleteMissing: true })
      after.push(await contactsOf(db))
      t.match((await run()).result.files, [{ inserted: 0, updated: 0, unchanged: 25 }])
      if (isDone) break
    }
    t.ok(after.length > 8)
    for (const state of after) t.same(state, after.at(-1))
    const temporary = await db.row(
      engine === 'sqlite'
        ? sql`SELECT count(*) AS n FROM sqlite_temp_master`
        : sql`SELECT count(*) AS n FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r'`,
    )
    t.match(temporary, { n: 0 })
  })

  t.test(`${engine}: what others insert meanwhile into a table just made is found`, async t => {
    const { db, file, folder, rejects } = await world(t, engine, { batch: { rows: 4 } })
    file('contacts.csv', [
      'contactid,lastname',
      ...Array.from({ length: 12 }, (_, i) => `${guid(i)},n${i}`),
    ])
    const work = importExtract(db, { from: folder, rejects, create: true })
    let next = await work.next()
    let isMet = false
    while (!next.done) {
      const { value: event } = next
      if (event.type === 'progress' && event.step === 'load contacts.csv' && !isMet) {
        await db.script(
          `INSERT INTO contact (contactid, lastname) VALUES ('${guid(5)}', 'theirs'), ('${guid(6)}', 'n6')`,
        )
        isMet = true
      }
      next = await work.next()
    }
    t.ok(isMet)
    t.match(next.value.files, [{ inserted: 10, updated: 1, unchanged: 1, rejected: 0 }])
    t.same(
      (await contactsOf(db)).map(({ lastname }) => lastname),
      Array.from({ length: 12 }, (_, i) => `n${i}`),
    )
    t.match(await db.row(sql`SELECT outcome, rows FROM p2c_run`), { outcome: 'done', rows: 11 })
  })
}
