import { existsSync, readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import Driver from 'better-sqlite3'
import t from 'tap'
import { connect } from '../../src/database/connect.ts'
import type { Database } from '../../src/database/database.ts'
import { join as list, sql } from '../../src/domain/sql.ts'
import type { P2cError } from '../../src/errors.ts'
import { finish } from '../../src/events.ts'
import { seed } from '../../src/seed/seed.ts'
import { loadMigrations } from '../../src/migration/load.ts'
import { migrate, previewMigrate } from '../../src/upgrade/migrate.ts'
import { rollback } from '../../src/upgrade/rollback.ts'
import { verify } from '../../src/upgrade/verify.ts'
import { engines, freshDatabase, freshFolder, type Engine } from '../support/database.ts'
import { pathOf } from '../support/live.ts'
import { ofOthers, stateOfDatabase, type State } from '../support/state.ts'

t.setTimeout(600_000)

/** Everything of other people: tables, their rows, indexes, triggers, views. */
const othersState = async (db: Database): Promise<State> => ofOthers(await stateOfDatabase(db))

/** What a customer may have put around the Sales tables. */
const tables = `
  CREATE TABLE note (noteid text PRIMARY KEY, contactid KEYTYPE NOT NULL REFERENCES contact (contactid) ON DELETE CASCADE, body text);
  INSERT INTO note SELECT 'n' || CAST(contactid AS text), contactid, 'a note' FROM contact;
  CREATE TABLE note_history (noteid text REFERENCES note (noteid) ON DELETE CASCADE, at text);
  INSERT INTO note_history SELECT noteid, 'now' FROM note;
  CREATE VIEW active_contact AS SELECT contactid, fullname FROM contact WHERE statecode = 0;
  CREATE TABLE renamed (contactid KEYTYPE, old_name text, new_name text);
`
const belongings: Readonly<Record<Engine, string>> = {
  sqlite: `${tables.replaceAll('KEYTYPE', 'text')}
    CREATE INDEX contact_by_name ON contact (lastname COLLATE NOCASE, firstname) WHERE lastname IS NOT NULL;
    CREATE TRIGGER contact_renamed AFTER UPDATE OF lastname ON contact BEGIN
      INSERT INTO renamed VALUES (new.contactid, old.lastname, new.lastname);
    END;
    CREATE TRIGGER note_gone AFTER DELETE ON note BEGIN SELECT 1; END`,
  postgres: `${tables.replaceAll('KEYTYPE', 'uuid')}
    CREATE INDEX contact_by_name ON contact (lower(lastname), firstname) INCLUDE (fullname) WHERE lastname IS NOT NULL;
    CREATE FUNCTION keep_name () RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO renamed VALUES (new.contactid, old.lastname, new.lastname); RETURN NULL; END';
    CREATE TRIGGER contact_renamed AFTER UPDATE OF lastname ON contact FOR EACH ROW EXECUTE FUNCTION keep_name ();
    ALTER TABLE contact ADD CONSTRAINT known_state CHECK (statecode IN (0, 1)), ALTER COLUMN fullname SET STATISTICS 500;
    CREATE MATERIALIZED VIEW names AS SELECT fullname FROM active_contact`,
}

/** A trigger that refuses to have contacts updated. */
const refusal: Readonly<Record<Engine, (keys: string) => string>> = {
  sqlite: keys =>
    `CREATE TRIGGER no_way BEFORE UPDATE ON contact WHEN new.contactid IN (${keys}) BEGIN SELECT RAISE(ABORT, 'no way'); END`,
  postgres:
    keys => `CREATE FUNCTION no_way () RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no way''; END';
    CREATE TRIGGER no_way BEFORE UPDATE ON contact FOR EACH ROW WHEN (new.contactid IN (${keys})) EXECUTE FUNCTION no_way ()`,
}

for (const engine of engines) {
  t.test(engine, async t => {
    // Where a rollback on a server puts its audit.
    process.chdir(freshFolder(t))

    await t.test('every migration goes up, holds, comes down, and goes up again', async t => {
      const db = await freshDatabase(t, engine)
      await finish(seed(db, { contacts: 60 }))
      await db.script(belongings[engine])
      const migrations = await loadMigrations()
      const states = [await othersState(db)]
      for (const { name } of migrations) {
        await finish(migrate(db, { to: name }))
        t.same((await verify(db)).violations, [], `${name} holds`)
        states.push(await othersState(db))
      }
      for (let i = migrations.length - 1; i >= 0; i--) {
        const stays = i === 0 ? 'start' : (migrations[i - 1]?.name ?? '')
        await finish(rollback(db, { to: stays }))
        t.same(
          await othersState(db),
          states[i],
          `what was before ${migrations[i]?.name ?? ''} is back`,
        )
      }
      await finish(migrate(db))
      t.same(await othersState(db), states.at(-1), 'the second upgrade ends where the first did')
      t.equal((await db.row<{ n: number }>(sql`SELECT count(*) AS n FROM note_history`))?.n, 60)
      t.same((await verify(db)).violations, [])
    })

    await t.test('the second upgrade gives each row the number it had', async t => {
      const db = await freshDatabase(t, engine)
      await finish(seed(db, { contacts: 60 }))
      const numbers = () =>
        db.rows(
          sql`SELECT contactid AS id, msdynce_contactnumber AS number FROM contact UNION ALL SELECT accountid, accountnumber FROM account ORDER BY 1`,
        )
      await finish(migrate(db))
      await db.change(
        sql`INSERT INTO contact (contactid, lastname) VALUES ('00000000-0000-4000-8000-000000000001', 'Later')`,
      )
      await db.change(
        sql`INSERT INTO account (accountid, name) VALUES ('00000000-0000-4000-8000-000000000002', 'Later Ltd')`,
      )
      const first = await numbers()
      await finish(rollback(db, { to: 'start' }))
      t.same(
        await db.rows(sql`SELECT accountnumber FROM account WHERE name = 'Later Ltd'`),
        [{ accountnumber: null }],
        'without p2c the later account would have none',
      )
      await finish(migrate(db))
      t.same(await numbers(), first)
    })

    await t.test('values that people changed are never dropped silently', async t => {
      const db = await freshDatabase(t, engine)
      await finish(seed(db, { contacts: 60 }))
      await finish(migrate(db))
      const [contact] = await db.rows<{ contactid: string }>(
        sql`SELECT contactid FROM contact LIMIT 1`,
      )
      await db.change(
        sql`UPDATE contact SET msdynce_contactnumber = 'MY-OWN-1' WHERE contactid = ${contact?.contactid}`,
      )
      await db.change(
        sql`INSERT INTO contact (contactid, msdynce_contactnumber) VALUES ('00000000-0000-4000-8000-000000000003', 'MY-OWN-2')`,
      )
      const refused = await finish(rollback(db, { to: 'start' })).catch((error: unknown) => error)
      t.match(refused, { code: 'EDITS_FOUND', exit: 4 })
      t.equal((refused as P2cError).message.includes('2, for instance'), true)
      t.same((await verify(db)).truths > 0, true, 'and nothing was changed')
      const { editsFile } = await finish(rollback(db, { to: 'start', abandonEdits: true }))
      const edits = readFileSync(editsFile ?? '', 'utf8')
      t.match(edits, /MY-OWN-1/)
      t.match(edits, /MY-OWN-2/)
    })

    await t.test('a flag counts as changed only where it differs from the documents', async t => {
      const db = await freshDatabase(t, engine)
      await finish(seed(db, { contacts: 60 }))
      await finish(migrate(db))
      await db.change(sql`DELETE FROM quote`)
      await finish(rollback(db, { to: 'start' }))
      t.pass('the triggers changed flags, and nobody else')
      await finish(migrate(db))
      await db.change(
        sql`UPDATE contact SET msdynce_isactivecustomer = ${db.dialect.flag(true)} WHERE msdynce_isactivecustomer = ${db.dialect.flag(false)}`,
      )
      await t.rejects(finish(rollback(db, { to: 'start' })), { code: 'EDITS_FOUND' })
    })

    await t.test('a half numbered table keeps its numbers, and gets them back', async t => {
      const db = await freshDatabase(t, engine)
      await finish(seed(db, { contacts: 60, oddities: ['half-numbered'] }))
      const before = await othersState(db)
      const kept = await db.rows<{ contactid: string; n: string }>(
        sql`SELECT contactid, msdynce_contactnumber AS n FROM contact WHERE msdynce_contactnumber IS NOT NULL ORDER BY 1`,
      )
      t.ok(kept.length > 5)
      await finish(migrate(db))
      t.same((await verify(db)).violations, [])
      t.same(
        await db.rows(
          sql`SELECT contactid, msdynce_contactnumber AS n FROM contact WHERE contactid IN (${list(kept.map(row => row.contactid))}) ORDER BY 1`,
        ),
        kept,
      )
      await finish(rollback(db, { to: 'start' }))
      t.same(await othersState(db), before)
    })

    await t.test('a dry run changes nothing', async t => {
      const db = await freshDatabase(t, engine)
      await finish(seed(db, { contacts: 60 }))
      const before = await stateOfDatabase(db)
      const reader = await connect(db.config, { mode: 'read' })
      const { plan } = await previewMigrate(reader)
      await reader.close()
      t.equal(plan?.steps.length, (await loadMigrations()).length)
      t.same(await stateOfDatabase(db), before)
    })

    await t.test(
      'rows that the database refuses are rejected with its message, the others done',
      async t => {
        const db = await freshDatabase(t, engine)
        await finish(seed(db, { contacts: 60 }))
        const poisoned = await db.rows<{ contactid: string }>(
          sql`SELECT contactid FROM contact WHERE statecode = 0 ORDER BY contactid LIMIT 3`,
        )
        const keys = poisoned.map(row => `'${row.contactid}'`).join(',')
        await db.script(refusal[engine](keys))
        await t.rejects(
          finish(migrate(db)),
          { code: 'CHECK_REFUSED', exit: 4 },
          'the trigger is found',
        )
        const { rejected } = await finish(migrate(db, { accept: ['TRIGGER_FIRES'] }))
        t.equal(rejected, 3)
        t.same(
          await db.rows(sql`SELECT row_key AS contactid, message FROM p2c_reject ORDER BY 1`),
          poisoned.map(row => ({ ...row, message: 'no way' })),
        )
        t.equal(
          (
            await db.row<{ n: number }>(
              sql`SELECT count(*) AS n FROM contact WHERE msdynce_contactnumber IS NULL`,
            )
          )?.n,
          3,
        )
        t.same((await verify(db)).violations, [], 'what was rejected and recorded is no violation')
      },
    )

    await t.test(
      'a view that needs a column refuses the rollback before anything is done',
      async t => {
        const db = await freshDatabase(t, engine)
        await finish(seed(db, { contacts: 60 }))
        await finish(migrate(db))
        await db.script('CREATE VIEW numbered AS SELECT msdynce_contactnumber FROM contact')
        const before = await stateOfDatabase(db)
        await t.rejects(finish(rollback(db, { to: 'start' })), { code: 'SCHEMA_BROKEN', exit: 4 })
        t.same(await stateOfDatabase(db), before)
      },
    )

    await t.test('an edited migration is refused, up and down', async t => {
      const db = await freshDatabase(t, engine)
      await finish(seed(db, { contacts: 60 }))
      const migrations = await loadMigrations()
      await finish(migrate(db, { to: migrations[3]?.name }))
      const edited = migrations.map((one, i) => (i === 1 ? { ...one, checksum: 'another' } : one))
      await t.rejects(finish(migrate(db, { migrations: edited })), {
        code: 'CHECK_REFUSED',
        message: /MIGRATION_CHANGED/,
      })
      await t.rejects(finish(rollback(db, { to: 'start', migrations: edited })), {
        code: 'MIGRATION_CHANGED',
      })
      await t.rejects(finish(rollback(db, { to: 'start', migrations: [] })), {
        code: 'MIGRATION_MISSING',
      })
    })

    await t.test('an upgrade that is stopped at every batch goes on each time', async t => {
      const db = await freshDatabase(t, engine, { batch: { rows: 7 } })
      await finish(seed(db, { contacts: 60 }))
      for (let stops = 0; stops < 200; stops++) {
        const work = migrate(db)
        let next = await work.next()
        while (!next.done && next.value.type !== 'progress') next = await work.next()
        if (next.done) {
          t.ok(stops > 10, `${stops} stops`)
          break
        }
        await work.return(undefined as never)
      }
      t.same((await verify(db)).violations, [])
      const { n } = (await db.row<{ n: number }>(
        sql`SELECT count(*) AS n FROM contact WHERE msdynce_contactnumber IS NULL`,
      )) ?? { n: -1 }
      t.equal(n, 0)
    })
  })
}

t.test('sqlite: a dry run changes not one byte', async t => {
  const db = await freshDatabase(t, 'sqlite')
  await finish(seed(db, { contacts: 60 }))
  await db.close()
  const hash = () =>
    createHash('sha256')
      .update(readFileSync(pathOf(db)))
      .digest('hex')
  const before = hash()
  const reader = await connect(db.config, { mode: 'read' })
  const { plan } = await previewMigrate(reader)
  await reader.close()
  t.equal(plan?.steps.length, (await loadMigrations()).length)
  t.equal(hash(), before)
  t.notOk(existsSync(`${pathOf(db)}-wal`))
})

t.test('sqlite: after the upgrade the journal mode is what it was', async t => {
  const db = await freshDatabase(t, 'sqlite')
  await finish(seed(db, { contacts: 20 }))
  await finish(migrate(db))
  const file = new Driver(join(pathOf(db)))
  t.equal(file.pragma('journal_mode', { simple: true }), 'delete')
  file.close()
})
