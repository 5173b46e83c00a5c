import Driver from 'better-sqlite3'
import type { SqliteDatabase } from './open.ts'

interface SchemaRow {
  readonly type: string
  readonly name: string
  readonly sql: string
}

/**
 * Runs DDL on a copy of the schema in memory. One broken view lets ADD COLUMN pass and makes
 * DROP COLUMN fail, months later, in the rollback: so both ways are tried before anything is done.
 *
 * @returns what went wrong, or null
 */
export function rehearse(db: SqliteDatabase, statements: readonly string[]): string | null {
  const copy = new Driver(':memory:')
  try {
    copySchema(db, copy)
    for (const statement of statements) {
      try {
        copy.exec(statement)
      } catch (error) {
        return `${message(error)} (in: ${firstLine(statement)})`
      }
    }
    return null
  } catch (error) {
    return message(error)
  } finally {
    copy.close()
  }
}

/** Asks the engine itself: EXPLAIN lists the trigger programs that a statement would run. */
export async function triggersFired(
  db: SqliteDatabase,
  table: string,
  columns: readonly string[],
): Promise<string[]> {
  const info = await db.dialect.describeTable(db, table)
  if (!info || info.kind === 'view') return []
  const copy = new Driver(':memory:')
  try {
    copySchema(db, copy)
    const there = new Set(info.columns.map(column => column.name.toLowerCase()))
    for (const column of columns.filter(name => !there.has(name.toLowerCase())))
      copy.exec(`ALTER TABLE ${quote(info.name)} ADD COLUMN ${quote(column)}`)
    const assignments = columns.map(column => `${quote(column)} = NULL`).join(', ')
    const program = copy
      .prepare<[], { p4: string | null }>(`EXPLAIN UPDATE ${quote(info.name)} SET ${assignments}`)
      .all()
    const names = program.map(({ p4 }) => /^-- TRIGGER (.*)$/s.exec(p4 ?? '')?.[1])
    return [...new Set(names)].filter(
      name => name !== undefined && !name.startsWith('p2c_'),
    ) as string[]
  } catch {
    // A schema that cannot be copied is reported by the rehearsal.
    return []
  } finally {
    copy.close()
  }
}

function copySchema(db: SqliteDatabase, copy: Driver.Database): void {
  const objects = db.handle
    .prepare<[], SchemaRow>(
      `SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
       ORDER BY CASE WHEN sql LIKE 'CREATE VIRTUAL%' THEN 0 WHEN type = 'table' THEN 1 WHEN type = 'index' THEN 2 WHEN type = 'view' THEN 3 ELSE 4 END, rowid`,
    )
    .all()
  // Virtual tables come first: they bring the tables that they keep their content in.
  const has = copy.prepare('SELECT 1 FROM sqlite_master WHERE name = ?')
  for (const object of objects) {
    if (has.get(object.name)) continue
    try {
      copy.exec(object.sql)
    } catch (error) {
      throw new Error(`the ${object.type} ${object.name} is broken: ${message(error)}`, {
        cause: error,
      })
    }
  }
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function firstLine(statement: string): string {
  return statement.split('\n', 1)[0]?.slice(0, 120) ?? ''
}
