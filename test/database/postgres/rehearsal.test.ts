import t from 'tap'
import { freshDatabase } from '../../support/database.ts'
import { liveSales, makeTables } from '../../support/live.ts'
import { postgresProgram } from '../../support/postgres-program.ts'
import { makeSales } from '../../support/sales.ts'

const number = 'msdynce_contactnumber'
const upAndDown = [
  'ALTER TABLE contact ADD COLUMN extra INTEGER',
  'ALTER TABLE contact DROP COLUMN extra',
]

t.test('triggers of others that would fire are found by their names', async t => {
  const db = await freshDatabase(t, 'postgres')
  await makeSales(db)
  await db.script(`
    CREATE FUNCTION nothing () RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER "on any change" AFTER UPDATE ON contact FOR EACH ROW EXECUTE FUNCTION nothing ();
    CREATE TRIGGER on_number BEFORE UPDATE OF ${number} ON contact FOR EACH ROW EXECUTE FUNCTION nothing ();
    CREATE TRIGGER on_statement AFTER UPDATE ON contact FOR EACH STATEMENT EXECUTE FUNCTION nothing ();
    CREATE TRIGGER on_name AFTER UPDATE OF lastname ON contact FOR EACH ROW EXECUTE FUNCTION nothing ();
    CREATE TRIGGER on_insert AFTER INSERT ON contact FOR EACH ROW EXECUTE FUNCTION nothing ();
    CREATE TRIGGER switched_off AFTER UPDATE ON contact FOR EACH ROW EXECUTE FUNCTION nothing ();
    ALTER TABLE contact DISABLE TRIGGER switched_off;
    CREATE TRIGGER on_account AFTER UPDATE ON account FOR EACH ROW EXECUTE FUNCTION nothing ()`)
  const fired = async (table: string, ...columns: string[]) =>
    (await db.dialect.triggersFired(db, table, columns)).sort()
  t.same(await fired('contact', number), ['on any change', 'on_number', 'on_statement'])
  t.same(await fired('contact', 'not_there_yet'), ['on any change', 'on_statement'])
  t.same(await fired('quote', 'name'), [])
  t.same(await fired('nobody', 'name'), [])
})

t.test('what DROP COLUMN would stumble over is found, and nothing is dropped', async t => {
  const db = await freshDatabase(t, 'postgres')
  await makeSales(db)
  await db.script(`CREATE VIEW numbered AS SELECT ${number} AS n FROM contact;
    CREATE VIEW again AS SELECT n FROM numbered;
    CREATE MATERIALIZED VIEW elsewhere AS SELECT 1 AS one`)
  t.equal(await db.dialect.rehearse(db, upAndDown), null)
  const before = await db.dialect.dumpSchema(db)
  t.match(
    await db.dialect.rehearse(db, [`ALTER TABLE contact DROP COLUMN ${number}`]),
    /cannot drop column.* \(in: ALTER TABLE contact DROP COLUMN/,
  )
  t.equal(await db.dialect.dumpSchema(db), before)
})

t.test('nobody waits for a rehearsal, nor it for anybody who writes', async t => {
  const db = await freshDatabase(t, 'postgres')
  await makeTables(db)
  const other = await postgresProgram(t, db)
  await other.run('BEGIN')
  await other.run('INSERT INTO contact (contactid) VALUES (gen_random_uuid())')
  t.equal(await db.dialect.rehearse(db, upAndDown), null)
  await other.run('COMMIT')
})

t.test('a user who may not make a schema is told nothing wrong', async t => {
  const db = await liveSales(t, 'postgres')
  const role = `plain_of_${db.config.schema}`
  const other = await postgresProgram(t, db)
  await other.run(`CREATE ROLE ${role} LOGIN PASSWORD 'plain'`)
  t.teardown(() => other.run(`DROP OWNED BY ${role}; DROP ROLE ${role}`).catch(() => undefined))
  await db.script(`GRANT USAGE ON SCHEMA ${db.config.schema} TO ${role}; SET ROLE ${role}`)
  t.equal(await db.dialect.rehearse(db, ['ALTER TABLE nobody ADD COLUMN extra INTEGER']), null)
  t.match(await db.dialect.missingPermissions(db), [
    /^CREATE on the schema /,
    'INSERT on account',
    'INSERT on contact',
  ])
})
