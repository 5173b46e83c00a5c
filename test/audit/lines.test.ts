import { equal } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import type { Line, Part } from '../../src/audit/audit-file.ts'
import { asNamed, linesIn, linesQuery } from '../../src/audit/lines.ts'
import { openCsv } from '../../src/csv/write.ts'
import type { Database } from '../../src/database/database.ts'
import { identifier, join as joined, literal, raw, sql } from '../../src/domain/sql.ts'
import { engines, freshDatabase, freshFolder } from '../support/database.ts'

type Value = string | null

/** Rows in their order: `place` sorts them, their values are called `c0`, `c1`, … */
function partOf(rows: readonly (readonly Value[])[], lines: readonly Line[]): Part {
  const selects = rows.map(
    (values, i) =>
      sql`SELECT ${literal(String(i).padStart(9, '0'))} AS place, ${joined(
        values.map((value, j) => sql`CAST(${value} AS text) AS ${identifier(nameOf(j))}`),
      )}`,
  )
  return { rows: joined(selects, ' UNION ALL '), order: ['place'], lines }
}

function nameOf(place: number): string {
  return `c${String(place)}`
}

async function textOf(
  db: Database,
  columns: readonly string[],
  part: Part,
  { plain = new Set<string>(), excel = false } = {},
): Promise<{ text: string; count: number }> {
  let [text, count] = ['', 0]
  for await (const rows of db.texts(linesQuery(db, { columns, plain }, part, excel), 2)) {
    const found = linesIn(part, rows)
    text += found.lines.join('')
    count += found.count
  }
  return { text, count }
}

/** The lines as `openCsv` writes them, without the header. */
async function written(
  folder: string,
  columns: readonly string[],
  rows: readonly (readonly Value[])[],
  excel = false,
): Promise<string> {
  const file = await openCsv(join(folder, 'x.csv'), columns, { excel })
  await file.write(rows)
  await file.finish()
  const text = readFileSync(file.path, 'utf8')
  return text.slice(`${columns.join(',')}\r\n`.length + (excel ? 1 : 0))
}

const special = ['a', '"', ',', '\n', '\r', ' ', 'é', '😀', '=', ':', "'"]

for (const engine of engines) {
  // PostgreSQL has no text with a zero character.
  const characters = engine === 'sqlite' ? [...special, '\0'] : special
  const value = fc.option(
    fc.oneof(
      fc.string({ unit: fc.constantFrom(...characters), maxLength: 4 }),
      fc.constantFrom('b', 'plain text', ''),
    ),
  )
  const threeColumns = fc.array(fc.tuple(value, value, value), { minLength: 1, maxLength: 5 })

  t.test(`${engine}: lines are written as openCsv writes them, whatever the values`, async t => {
    const db = await freshDatabase(t, engine)
    const folder = freshFolder(t)
    const columns = ['c0', 'c1', 'c2']
    await fc.assert(
      fc.asyncProperty(threeColumns, fc.boolean(), async (rows, excel) => {
        const { text, count } = await textOf(db, columns, partOf(rows, asNamed), { excel })
        equal(text, await written(folder, columns, rows, excel))
        equal(count, rows.length)
      }),
      { numRuns: 300 },
    )
  })

  t.test(
    `${engine}: a row gives those of its lines that it has, each quoted where it must be`,
    async t => {
      const db = await freshDatabase(t, engine)
      const folder = freshFolder(t)
      const columns = ['fixed', 'name', 'value']
      const line = (name: string, own: string, excluded: string): Line => ({
        when: sql`${raw(own)} IS DISTINCT FROM ${raw(excluded)}`,
        valueOf: column =>
          column === 'fixed' ? literal('x') : column === 'name' ? literal(name) : raw(own),
      })
      const lines = [line('one, first', 'c0', 'c1'), line('two', 'c2', 'c1')]
      await fc.assert(
        fc.asyncProperty(threeColumns, async rows => {
          const plain = new Set(['fixed'])
          const { text, count } = await textOf(db, columns, partOf(rows, lines), { plain })
          const expected = rows.flatMap(([c0, c1, c2]): Value[][] => [
            ...(c0 === c1 ? [] : [['x', 'one, first', c0]]),
            ...(c2 === c1 ? [] : [['x', 'two', c2]]),
          ])
          equal(text, await written(folder, columns, expected))
          equal(count, expected.length)
        }),
        { numRuns: 200 },
      )
    },
  )

  t.test(`${engine}: a line may have more fields than a function has arguments`, async t => {
    const db = await freshDatabase(t, engine)
    const columns = Array.from({ length: 230 }, (_, i) => nameOf(i))
    const rows = [columns.map(name => `${name},`), columns.map(name => name)]
    const { text } = await textOf(db, columns, partOf(rows, asNamed))
    equal(text, await written(freshFolder(t), columns, rows))
  })
}
