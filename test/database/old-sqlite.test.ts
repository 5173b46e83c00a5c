import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import t from 'tap'
import initSqlJs from 'sql.js/dist/sql-wasm.js'
import { freshFolder, type Teardown } from '../support/database.ts'
import { fileOf, liveSales, migrateTo, otherProgram, uniqueSince } from '../support/live.ts'

const wasm = createRequire(import.meta.url).resolve('sql.js/dist/sql-wasm.wasm')

/** What a program of another time does, and what it must find then. */
const work = `
  INSERT INTO contact (contactid, parentcustomerid) VALUES ('c1', 'A1'), ('c2', NULL);
  INSERT INTO account (accountid) VALUES ('a1');
  INSERT INTO quote (quoteid, customerid, customeridtype) VALUES ('q1', '{C1}', 2), ('q2', 'c1', 'contact');
  INSERT OR REPLACE INTO contact (contactid, parentcustomerid, lastname) VALUES ('c1', 'A1', 'again');
  INSERT OR REPLACE INTO quote (quoteid, customerid, customeridtype) VALUES ('q1', 'c2', 'contact');
  DELETE FROM quote WHERE quoteid = 'q2';
  UPDATE contact SET parentcustomeridtype = 'account', parentcustomerid = 'nobody' WHERE contactid = 'c2';
  INSERT INTO contact (contactid, msdynce_contactnumber) VALUES ('c3', 'CON-01500-BVRCPS');
  INSERT INTO salesorder (salesorderid, customerid) VALUES ('o1', 'c4');
  INSERT INTO contact (contactid) VALUES ('c4');`
const question = `
  SELECT contactid || ' ' || substr(msdynce_contactnumber, 1, 10) || ' ' || length(msdynce_contactnumber) || ' ' ||
    msdynce_isactivecustomer || msdynce_iscompanyanaccount
  FROM contact ORDER BY contactid`
const answer = [
  'c1 CON-01000- 16 01',
  'c2 CON-01001- 16 11',
  'c3 CON-01500- 16 00',
  'c4 CON-01501- 16 10',
]

async function upgraded(t: Teardown): Promise<Buffer> {
  const db = await liveSales(t, 'sqlite')
  await migrateTo(db, uniqueSince)
  return fileOf(db)
}

/** The version of a program that may not be there; undefined then. */
function versionOf(program: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(program, args, { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}

t.test('the whole schema and its triggers run on SQLite 3.28', async t => {
  const { Database } = await initSqlJs({ wasmBinary: readFileSync(wasm) })
  const old = new Database(await upgraded(t))
  t.same(old.exec('SELECT sqlite_version()')[0]?.values, [['3.28.0']])
  old.run(work)
  t.same(
    old.exec(question)[0]?.values.map(([line]) => line),
    answer,
  )
  t.same(old.exec('SELECT count(*) FROM p2c_replaced')[0]?.values, [[0]])
  t.same(old.exec('PRAGMA integrity_check')[0]?.values, [['ok']])
  // Each object is parsed when it is used; this uses them all.
  for (const [name] of old.exec(`SELECT name FROM sqlite_master WHERE type IN ('table', 'view')`)[0]
    ?.values ?? [])
    t.doesNotThrow(() => old.exec(`SELECT * FROM "${String(name)}"`), String(name))
  old.close()
})

/**
 * What runs on 3.28 and not on 3.26, what no client of ours brings with it, and what is only
 * looked up when a trigger fires.
 */
const tooNew: Readonly<Record<string, RegExp>> = {
  'an upsert in a trigger': /\bON\s+CONFLICT\b/i,
  'a window function': /\bOVER\s*\(/i,
  'a function of later times':
    /\b(iif|json\w*|format|unixepoch|concat|concat_ws|string_agg|octet_length|unhex|ceil|floor|log|pow|sqrt|trunc|sign)\s*\(/i,
  'a function of ours': /\bp2c_number\s*\(/i,
}

t.test('nothing in the schema is newer than SQLite 3.26', async t => {
  const db = await liveSales(t, 'sqlite')
  await migrateTo(db, uniqueSince)
  const objects = otherProgram(t, db)
    .prepare<[], { type: string; name: string; sql: string }>(
      `SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL`,
    )
    .all()
  t.ok(objects.length > 40)
  for (const { type, name, sql } of objects) {
    const text = sql.replace(/'(?:[^']|'')*'/g, "''").replace(/^CREATE TABLE \w+/, '')
    for (const [what, pattern] of Object.entries(tooNew))
      t.notOk(pattern.test(text), `the ${type} ${name} is without ${what}`)
  }
})

const sqlite3 = versionOf('sqlite3', ['--version'])
t.test(
  `the sqlite3 command is served`,
  { skip: sqlite3 === undefined ? 'there is no sqlite3 command here' : false },
  async t => {
    const file = join(freshFolder(t), 'copy.sqlite')
    writeFileSync(file, await upgraded(t))
    const out = execFileSync('sqlite3', ['-batch', file, `${work}; ${question}`], {
      encoding: 'utf8',
    })
    t.same(out.trim().split('\n'), answer, sqlite3 ?? '')
  },
)

const script = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.executescript(sys.argv[2])
print("\\n".join(line for (line,) in db.execute(sys.argv[3])))`
const python = versionOf('python3', ['-c', 'import sqlite3; print(sqlite3.sqlite_version)'])
t.test(
  `Python's sqlite3 is served`,
  { skip: python === undefined ? 'there is no python3 with sqlite3 here' : false },
  async t => {
    const file = join(freshFolder(t), 'copy.sqlite')
    writeFileSync(file, await upgraded(t))
    const out = execFileSync('python3', ['-c', script, file, work, question], { encoding: 'utf8' })
    t.same(out.trim().split('\n'), answer, python ?? '')
  },
)
