import t from 'tap'
import { engines, freshDatabase } from '../support/database.ts'

for (const engine of engines) {
  t.test(`${engine}: only an index over the column alone keeps its values apart`, async t => {
    const db = await freshDatabase(t, engine)
    await db.script(`CREATE TABLE numbered (number text, other text, kept text UNIQUE);
      CREATE INDEX a ON numbered (number);
      CREATE UNIQUE INDEX b ON numbered (number, other);
      CREATE UNIQUE INDEX c ON numbered (number) WHERE other = 'x';
      CREATE UNIQUE INDEX d ON numbered (lower(number));
      CREATE UNIQUE INDEX e ON numbered (lower(other), number)`)
    const isUnique = (column: string) => db.dialect.isUnique(db, 'numbered', column)
    t.equal(await isUnique('number'), false)
    t.equal(await isUnique('other'), false)
    t.equal(await isUnique('kept'), true)
    await db.script('CREATE UNIQUE INDEX f ON numbered (number)')
    t.equal(await isUnique('number'), true)
    t.equal(await db.dialect.isUnique(db, 'nothing', 'number'), false)
  })
}
