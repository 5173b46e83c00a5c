import t from 'tap'
import type { Database } from '../../src/database/database.ts'
import { engines, freshDatabase, type Engine, type Teardown } from '../support/database.ts'
import { liveSales } from '../support/live.ts'
import { makeSales } from '../support/sales.ts'

const number = 'msdynce_contactnumber'
const upAndDown = [
  'ALTER TABLE contact ADD COLUMN extra INTEGER',
  'ALTER TABLE contact DROP COLUMN extra',
]

async function sales(t: Teardown, engine: Engine, ...scripts: string[]): Promise<Database> {
  const db = await freshDatabase(t, engine)
  await makeSales(db)
  for (const script of scripts) await db.script(script)
  return db
}

for (const engine of engines) {
  t.test(`${engine}: a sound schema passes, and stays as it is`, async t => {
    const db = await sales(t, engine, 'CREATE VIEW names AS SELECT fullname FROM contact')
    const before = await db.dialect.dumpSchema(db)
    t.equal(await db.dialect.rehearse(db, upAndDown), null)
    t.equal(await db.dialect.rehearse(db, ['DROP TABLE invoice']), null)
    t.equal(await db.dialect.dumpSchema(db), before)
  })

  t.test(`${engine}: a statement that fails is told, with what is wrong`, async t => {
    const db = await sales(t, engine)
    t.match(
      await db.dialect.rehearse(db, ['ALTER TABLE nobody ADD COLUMN extra INTEGER']),
      /nobody/,
    )
  })

  t.test(`${engine}: triggers of our own do not count`, async t => {
    const db = await liveSales(t, engine)
    const columns = [number, 'msdynce_isactivecustomer', 'msdynce_iscompanyanaccount', 'contactid']
    t.same(await db.dialect.triggersFired(db, 'contact', columns), [])
    t.equal(await db.dialect.rehearse(db, upAndDown), null, 'and stand in nobody’s way')
  })
}

t.test(
  "sqlite: a trigger of somebody else's is found by its name, and what it sets off",
  async t => {
    const db = await sales(
      t,
      'sqlite',
      `CREATE TABLE history (id TEXT);
      CREATE TRIGGER "on any change" AFTER UPDATE ON contact BEGIN INSERT INTO history VALUES (NEW.contactid); END;
      CREATE TRIGGER on_number BEFORE UPDATE OF ${number} ON contact WHEN NEW.${number} <> '' BEGIN SELECT 1; END;
      CREATE TRIGGER on_name AFTER UPDATE OF lastname ON contact BEGIN SELECT 1; END;
      CREATE TRIGGER on_insert AFTER INSERT ON contact BEGIN SELECT 1; END;
      CREATE TRIGGER on_delete AFTER DELETE ON contact BEGIN SELECT 1; END;
      CREATE TRIGGER on_account AFTER UPDATE ON account BEGIN SELECT 1; END;
      CREATE TRIGGER in_turn AFTER INSERT ON history BEGIN SELECT 1; END`,
    )
    const fired = async (table: string, ...columns: string[]) =>
      (await db.dialect.triggersFired(db, table, columns)).sort()
    t.same(await fired('contact', number), ['in_turn', 'on any change', 'on_number'])
    t.same(await fired('CONTACT', 'Lastname'), ['in_turn', 'on any change', 'on_name'])
    t.same(await fired('contact', 'not_there_yet'), ['in_turn', 'on any change'])
    t.same(await fired('quote', 'name'), [])
    t.same(await fired('nobody', 'name'), [])
  },
)

t.test(
  'sqlite: a broken view or trigger is found, which only DROP COLUMN would stumble over',
  async t => {
    const broken = {
      'CREATE VIEW old_names AS SELECT forename FROM contact': /old_names/,
      'CREATE VIEW lost AS SELECT * FROM gone': /lost/,
      'CREATE TRIGGER stale AFTER DELETE ON quote BEGIN DELETE FROM gone; END': /stale/,
    }
    for (const [script, told] of Object.entries(broken)) {
      const db = await sales(t, 'sqlite', script)
      t.equal(await db.dialect.rehearse(db, upAndDown.slice(0, 1)), null, 'ADD COLUMN passes')
      const complaint = await db.dialect.rehearse(db, upAndDown)
      t.match(complaint, told)
      t.match(complaint, /in: ALTER TABLE contact DROP COLUMN/)
    }
  },
)

t.test('sqlite: every kind of table and column can be copied', async t => {
  const db = await sales(
    t,
    'sqlite',
    `CREATE TABLE keyed (a TEXT, b INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID;
    CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, parent REFERENCES counted ON DELETE CASCADE, UNIQUE (parent));
    CREATE TABLE made (a INTEGER, twice INTEGER AS (a * 2) STORED, thrice INTEGER AS (a * 3), CHECK (a > 0)) STRICT;
    CREATE UNIQUE INDEX made_twice ON made (twice, lower(a)) WHERE a > 1;
    CREATE VIRTUAL TABLE words USING fts5(body, content='');
    CREATE VIRTUAL TABLE old_words USING fts4(body);
    CREATE VIRTUAL TABLE boxes USING rtree(id, x1, x2);
    CREATE VIEW "all of it" AS SELECT a FROM keyed UNION ALL SELECT body FROM old_words;
    CREATE TRIGGER index_name AFTER UPDATE OF lastname ON contact BEGIN INSERT INTO words (body) VALUES (NEW.lastname); END`,
  )
  t.equal(await db.dialect.rehearse(db, upAndDown), null)
  t.match(await db.dialect.triggersFired(db, 'contact', ['lastname']), ['index_name'])
  t.equal(
    await db.dialect.rehearse(db, [
      'ALTER TABLE keyed ADD COLUMN extra INTEGER',
      'INSERT INTO made (a) VALUES (2)',
      "INSERT INTO words (body) VALUES ('found')",
      'INSERT INTO boxes VALUES (1, 0, 1)',
      'DROP TABLE old_words',
    ]),
    null,
    'and works as the real one does',
  )
})
