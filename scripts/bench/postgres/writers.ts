import { randomUUID } from 'node:crypto'
import pg from 'pg'

/**
 * Others who work on a database: connections that each write one transaction behind the other,
 * until the parent says so, which then is told how long each took. Usage: writers.ts postgres://…
 * contacts|mixed CONNECTIONS
 */
export interface WritersReport {
  readonly seconds: number
  /** Milliseconds that each transaction took. */
  readonly millis: readonly number[]
}

const [url = '', mix, connections = '4'] = process.argv.slice(2)
const millis: number[] = []
let goesOn = true
const began = performance.now()
const ended = Promise.all(Array.from({ length: Number(connections) }, write))
process.once('message', () => {
  goesOn = false
  void ended.then(() => {
    const report: WritersReport = { seconds: (performance.now() - began) / 1000, millis }
    process.send?.(report, () => process.exit())
  })
})

async function write(): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ contactid: string }>(
    'SELECT contactid FROM contact TABLESAMPLE SYSTEM (5) ORDER BY random() LIMIT 1000',
  )
  const known = () => rows[Math.floor(Math.random() * rows.length)]?.contactid
  for (let turn = 0; goesOn; turn++) {
    const started = performance.now()
    if (mix === 'contacts' || turn % 4 < 2) await insertContact(client)
    else if (turn % 4 === 2)
      await client.query('UPDATE contact SET telephone1 = $2 WHERE contactid = $1', [
        known(),
        `+1 ${turn}`,
      ])
    else
      await client.query(
        `INSERT INTO quote (quoteid, name, customerid, customeridtype, statecode, createdon) VALUES ($1, 'Annual supply', $2, 'contact', 0, now())`,
        [randomUUID(), known()],
      )
    millis.push(performance.now() - started)
  }
  await client.end()
}

function insertContact(client: pg.Client): Promise<unknown> {
  return client.query(
    `INSERT INTO contact (contactid, firstname, lastname, fullname, emailaddress1, telephone1, address1_city, address1_country, statecode, createdon)
      VALUES ($1, 'Ada', 'Writer', 'Ada Writer', 'ada@example.com', '+1 555 0100', 'Leeds', 'United Kingdom', 0, now())`,
    [randomUUID()],
  )
}
