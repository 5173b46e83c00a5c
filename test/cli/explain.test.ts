import t from 'tap'
import { finish } from '../../src/events.ts'
import { explainContact } from '../../src/explain/explain.ts'
import { migrate } from '../../src/upgrade/migrate.ts'
import { p2c } from '../support/command.ts'
import { engines, freshDatabase } from '../support/database.ts'
import { loadWorld, worldContact } from '../support/worlds.ts'

for (const engine of engines)
  t.test(`${engine}: a person reads the story of a contact, a program gets the same`, async t => {
    const db = await freshDatabase(t, engine)
    await loadWorld(db, 'one-of-each-kind')
    const place = ['--database', db.config.database, '--schema', db.config.schema]
    const before = await p2c(['explain', worldContact(1), ...place], '.')
    t.match(before.stdout, /contact number +none yet\n/)
    t.match(before.stdout, /Is Active Customer +not set yet, will be Yes\n/)
    t.match(before.stdout, /source-cds → Account {2}not synced yet\n/)
    await finish(migrate(db))
    const { status, stdout } = await p2c(['explain', worldContact(8), ...place], '.')
    t.equal(status, 0)
    t.match(stdout, /^Quiet Under Missing Account\n {2}contact number +CON-01007-[A-Z]{6}\n/)
    t.match(stdout, /company +the account \S+0099, which is not there\n/)
    t.match(stdout, /goes +to CDS Contacts, .*its company is an account\n/)
    t.match(stdout, /source-cds → Contact {2}rejected\n {2}ACCOUNT_MISSING: /)
    t.match(stdout, /cds-destination → CDSContactPersons {2}not reached\n/)
    t.match(stdout, /IsEmailContactAllowed +Yes +← donotemail, default\n/)
    t.match(stdout, /History\n/)
    const json = await p2c(['explain', worldContact(8), '--json', ...place], '.')
    const story = JSON.parse(json.stdout) as Record<string, unknown>
    delete story['type']
    t.same(story, JSON.parse(JSON.stringify(await explainContact(db, worldContact(8)))))
    const unknown = await p2c(['explain', 'Nobody', ...place], '.')
    t.match(unknown, { status: 2, stderr: /^CONTACT_UNKNOWN: no contact is known as "Nobody"/ })
  })
