import t from 'tap'
import { hasFindings } from '../../src/import/result.ts'
import { otherTrigger } from '../support/other-trigger.ts'
import { engines } from '../support/database.ts'
import { contactsOf, guid, world } from '../support/extract.ts'

for (const engine of engines) {
  t.test(`${engine}: rows that the extract does not have are deleted on demand only`, async t => {
    const { db, file, run } = await world(t, engine, { batch: { rows: 2 } })
    const some = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, i) => `${guid(from + i)},x`)
    file('contacts.csv', ['contactid,lastname', ...some(1, 9)])
    await run({ create: true })
    file('contacts.csv', ['contactid,lastname', ...some(3, 4)])
    t.match((await run()).result.files, [{ deleted: 0 }])
    t.match((await run({ deleteMissing: true, dryRun: true })).result.files, [{ deleted: 7 }])
    t.equal((await contactsOf(db)).length, 9)
    t.match((await run({ deleteMissing: true })).result.files, [{ deleted: 7, unchanged: 2 }])
    t.same(
      (await contactsOf(db)).map(row => row.contactid),
      [guid(3), guid(4)],
    )
  })

  t.test(`${engine}: nothing is deleted because of rejected rows or of an empty file`, async t => {
    const { db, file, run } = await world(t, engine)
    file('contacts.csv', ['contactid,lastname', `${guid(1)},A`, `${guid(2)},B`])
    await run({ create: true })
    file('contacts.csv', ['contactid,lastname', `${guid(1)},A`, `${guid(2)},"B`])
    t.same((await run({ deleteMissing: true })).warnings, ['DELETE_WITHHELD'])
    file('contacts.csv', ['contactid,lastname'])
    t.same((await run({ deleteMissing: true })).warnings, ['DELETE_WITHHELD'])
    t.equal((await contactsOf(db)).length, 2)
  })

  t.test(`${engine}: a row that the database does not let go is kept and told`, async t => {
    const { db, file, run } = await world(t, engine)
    file('contacts.csv', ['contactid,lastname', `${guid(1)},A`, `${guid(2)},B`, `${guid(3)},C`])
    await run({ create: true })
    await db.script(
      otherTrigger(engine, 'keep', 'BEFORE DELETE ON contact', {
        when: `OLD.lastname = 'B'`,
        does: { refuses: 'B stays' },
      }),
    )
    file('contacts.csv', ['contactid,lastname', `${guid(1)},A`])
    const { result, warnings } = await run({ deleteMissing: true })
    t.match(result.files, [{ deleted: 1, undeleted: 1 }])
    t.same(warnings, ['DELETE_REFUSED'])
    t.equal(hasFindings(result), true)
  })
}
