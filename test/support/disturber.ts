/**
 * Another program on a database, which does what it is told on a line: `write`, opens it, begins
 * to write and holds the lock; `write 700`, lets go after so many ms; `read`, opens it, looks at
 * the contacts and goes on looking; `end`, ends that and closes it. Says `ready` when it is, and
 * after each line.
 */
import { createInterface } from 'node:readline'
import Driver from 'better-sqlite3'

let db: Driver.Database | undefined
const begin = (statements: string) => {
  db = new Driver(process.argv[2] ?? '')
  db.exec(statements)
}
const end = () => {
  db?.close()
  db = undefined
}
process.stdout.write('ready\n')
for await (const line of createInterface({ input: process.stdin })) {
  const [what, millis] = line.split(' ')
  if (what === 'write') begin('BEGIN IMMEDIATE')
  if (what === 'read') begin('BEGIN; SELECT count(*) FROM contact')
  if (what === 'end') end()
  if (millis !== undefined) setTimeout(end, Number(millis))
  process.stdout.write('ready\n')
}
