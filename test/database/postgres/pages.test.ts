import t from 'tap'
import { freshDatabase } from '../../support/database.ts'

const rows = 20_000

t.test('how full the pages of a table are is told by a sample', async t => {
  const db = await freshDatabase(t, 'postgres')
  const fill = (name: string, options: string) =>
    db.script(`CREATE TABLE ${name} (id uuid, name text) ${options};
      INSERT INTO ${name} SELECT gen_random_uuid(), repeat('x', 50) FROM generate_series(1, ${rows})`)
  const taken = async (name: string) => (await db.dialect.pagesTaken(db, name))?.share ?? NaN
  await fill('"Full"', '')
  await fill('half', 'WITH (fillfactor = 45)')
  await fill('nothing', '')
  await db.script('TRUNCATE nothing; CREATE VIEW seen AS SELECT * FROM half')
  t.ok((await taken('Full')) > 0.9)
  t.ok((await taken('half')) < 0.5)
  t.ok((await taken('half')) > 0.4)
  t.equal(await taken('nothing'), 0)
  t.equal(await db.dialect.pagesTaken(db, 'seen'), null)
  t.equal(await db.dialect.pagesTaken(db, 'full'), null, 'names are written exactly')
  const pages = await db.dialect.pagesTaken(db, 'half')
  t.ok(Number(pages?.bytes) > rows * 100)
})
