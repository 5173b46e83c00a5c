import t from 'tap'
import { exportAudit } from '../../../src/audit/export.ts'
import { loadConfig } from '../../../src/config.ts'
import { connect } from '../../../src/database/connect.ts'
import type { Database } from '../../../src/database/database.ts'
import { finish } from '../../../src/events.ts'
import { seed } from '../../../src/seed/seed.ts'
import { migrate } from '../../../src/upgrade/migrate.ts'
import { rollback } from '../../../src/upgrade/rollback.ts'
import { sync } from '../../../src/upgrade/sync.ts'
import { verify } from '../../../src/upgrade/verify.ts'
import {
  databaseOfItsOwn,
  freshDatabase,
  freshFolder,
  type Teardown,
} from '../../support/database.ts'

// Where a rollback on a server puts its audit.
process.chdir(freshFolder(t))

interface Least {
  /** As the user with nothing but these rights. */
  readonly db: Database
  /** As the administrator: takes or gives rights; ROLE stands for the user. */
  readonly grant: (statements: string) => Promise<void>
}

/** Sales tables of a user who has the rights that docs/commands/check.md tells, and no other. */
async function leastRights(t: Teardown): Promise<Least> {
  const place = await databaseOfItsOwn(t)
  const admin = await freshDatabase(t, 'postgres', place)
  const url = new URL(place.database)
  const role = `least_of_${url.pathname.slice(1)}`
  const grant = (statements: string) => admin.script(statements.replaceAll('ROLE', role))
  await admin.script(`CREATE USER ${role} PASSWORD 'least'`)
  t.teardown(() => grant('REASSIGN OWNED BY ROLE TO postgres; DROP OWNED BY ROLE; DROP USER ROLE'))
  const database = url.pathname.slice(1)
  await grant(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC; REVOKE ALL ON SCHEMA public FROM PUBLIC;
    GRANT CONNECT, TEMPORARY ON DATABASE ${database} TO ROLE; GRANT USAGE, CREATE ON SCHEMA public TO ROLE`)
  url.username = role
  url.password = 'least'
  const config = loadConfig({ options: { database: url.href }, file: false })
  const db = await connect(config, { mode: 'write' })
  t.teardown(() => db.close())
  await finish(seed(db, { contacts: 40 }))
  return { db, grant }
}

t.test('with the rights that are documented everything can be done', async t => {
  const { db } = await leastRights(t)
  t.same(await db.dialect.missingPermissions(db), [])
  await finish(migrate(db))
  await finish(sync(db, { mode: 'changed' }))
  await finish(sync(db, { mode: 'full' }))
  t.same((await verify(db)).violations, [])
  await finish(exportAudit(db, { out: freshFolder(t) }))
  await finish(rollback(db, { to: 'start' }))
  t.same(await db.dialect.missingPermissions(db), [])
})

t.test(
  'a right that is missing is named, and refuses the upgrade before anything is done',
  async t => {
    const { db, grant } = await leastRights(t)
    const lacking = async (statements: string, named: RegExp, back: string) => {
      await grant(statements)
      t.match(await db.dialect.missingPermissions(db), [named])
      await t.rejects(finish(migrate(db)), { code: 'CHECK_REFUSED', message: /PERMISSION_MISSING/ })
      await grant(back)
    }
    const database = new URL(db.config.database).pathname.slice(1)
    await lacking(
      `REVOKE TEMPORARY ON DATABASE ${database} FROM ROLE`,
      /^TEMPORARY on the database /,
      `GRANT TEMPORARY ON DATABASE ${database} TO ROLE`,
    )
    await lacking(
      'REVOKE CREATE ON SCHEMA public FROM ROLE',
      /^CREATE on the schema public$/,
      'GRANT CREATE ON SCHEMA public TO ROLE',
    )
    await lacking(
      'ALTER TABLE contact OWNER TO postgres; GRANT ALL ON contact TO ROLE',
      /^ownership of contact$/,
      'ALTER TABLE contact OWNER TO ROLE',
    )
    await lacking(
      'REVOKE INSERT ON contact FROM ROLE',
      /^INSERT on contact$/,
      'GRANT INSERT ON contact TO ROLE',
    )
    await finish(migrate(db))
  },
)
