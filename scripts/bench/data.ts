import Driver from 'better-sqlite3'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '../../src/config.ts'
import { createSalesTable, standardColumns } from '../../src/database/sales-tables.ts'
import { sqliteDialect } from '../../src/database/sqlite/dialect.ts'
import { namesOf } from '../../src/domain/names.ts'
import { salesTable, type SalesTableName } from '../../src/domain/sales.ts'
import { address, phone, times } from '../../src/seed/life.ts'
import { person } from '../../src/seed/people.ts'
import { places } from '../../src/seed/places.ts'
import { guidOf, keyOf, Random } from '../../src/seed/random.ts'
import { rankingOf, type Ranking } from '../../src/seed/ranking.ts'
import type { Cells } from '../../src/seed/sample.ts'

/** How the data differs from the ordinary: 40 % active contacts, age unrelated to storage. */
export const skews = ['none', 'sorted', 'active90', 'active5'] as const
export type Skew = (typeof skews)[number]

/** All that decides which data it is. */
export interface Shape {
  readonly contacts: number
  readonly skew: Skew
  readonly seed: number
}

const activeShares: Readonly<Record<Skew, number>> = {
  none: 0.4,
  sorted: 0.4,
  active90: 0.9,
  active5: 0.05,
}

const documentTables = ['quote', 'salesorder', 'invoice'] as const

/**
 * Sales data before the upgrade, in the tables that `import --create` makes: per million contacts
 * 200,000 accounts, half of them without a number, and 750,000 documents. It is clean, so that a
 * rival may do without any check: every GUID is spelled alike, and every parent is there.
 *
 * @returns the file, made if it is not there from an earlier bench
 */
export function salesData(folder: string, shape: Shape): string {
  const file = join(folder, `${shape.contacts}-${shape.skew}-${shape.seed}.sqlite`)
  if (existsSync(file)) return file
  mkdirSync(folder, { recursive: true })
  const beside = `${file}.part`
  rmSync(beside, { force: true })
  // The driver refuses to work without a journal unless it is told that this is meant.
  const db = new Driver(beside).unsafeMode()
  db.exec(
    'PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; BEGIN',
  )
  const world = worldOf(shape)
  fill(db, 'account', world.accounts, index => accountOf(world, index))
  fill(db, 'contact', world.contacts, index => contactOf(world, index))
  for (const [which, name] of documentTables.entries()) {
    const rows = Math.ceil((world.documents - which) / documentTables.length)
    fill(db, name, rows, index => documentOf(world, name, index * documentTables.length + which))
  }
  db.exec('COMMIT')
  db.close()
  renameSync(beside, file)
  return file
}

interface World extends Shape {
  readonly accounts: number
  readonly documents: number
  readonly activeContacts: number
  /** The contacts of the first ranks are the active ones. */
  readonly ranks: Ranking
  readonly keys: Readonly<Record<SalesTableName, number>>
}

function worldOf(shape: Shape): World {
  const { contacts, skew, seed } = shape
  const activeContacts = Math.round(contacts * activeShares[skew])
  const key = (name: SalesTableName) => keyOf(seed, `bench ${name}`)
  return {
    ...shape,
    accounts: Math.max(1, Math.round(contacts / 5)),
    documents: Math.max(Math.round(contacts * 0.75), activeContacts + Math.round(contacts / 10)),
    activeContacts,
    ranks: rankingOf(contacts, new Random(keyOf(seed, 'bench ranks'), 0)),
    keys: {
      account: key('account'),
      contact: key('contact'),
      quote: key('quote'),
      salesorder: key('salesorder'),
      invoice: key('invoice'),
    },
  }
}

/** The CREATE TABLE of a Sales table, as `import --create` would run it. */
export function createTableText(name: SalesTableName): string {
  const names = namesOf(loadConfig({ file: false }))
  return createSalesTable({ names, dialect: sqliteDialect }, salesTable(name))
}

/** The columns of such a table, in their order. */
export function columnNames(name: SalesTableName): string[] {
  return standardColumns(salesTable(name)).map(column => column.name)
}

function fill(
  db: Driver.Database,
  name: SalesTableName,
  rows: number,
  cellsOf: (index: number) => Cells,
): void {
  const columns = columnNames(name)
  db.exec(createTableText(name))
  const insert = db.prepare(`INSERT INTO ${name} VALUES (${columns.map(() => '?').join()})`)
  for (let index = 0; index < rows; index++) {
    const cells = cellsOf(index)
    insert.run(columns.map(column => cells[column] ?? null))
  }
}

function accountOf(world: World, index: number): Cells {
  const random = new Random(world.keys.account, index)
  const place = random.pick(places)
  return {
    accountid: guidOf(world.keys.account, index),
    accountnumber: index % 2 === 0 ? `K-${String(index).padStart(7, '0')}` : null,
    name: `${random.pick(place.companies)} ${random.pick(place.companyForms)}`,
    telephone1: phone(place, random),
    fax: random.chance(0.3) ? phone(place, random) : null,
    websiteurl: random.chance(0.6) ? `https://company${index}.example.com` : null,
    emailaddress1: random.chance(0.8) ? `office@company${index}.example.com` : null,
    ...address(place, random),
    statecode: random.chance(0.05) ? 1 : 0,
    ...times(random, world.skew === 'sorted' ? index / world.accounts : null),
  }
}

function contactOf(world: World, index: number): Cells {
  const random = new Random(world.keys.contact, index)
  const place = random.pick(places)
  return {
    contactid: guidOf(world.keys.contact, index),
    ...person(place, random, ordinary),
    emailaddress1: random.chance(0.85) ? `person${index}@example.com` : null,
    telephone1: phone(place, random),
    mobilephone: random.chance(0.5) ? phone(place, random) : null,
    fax: random.chance(0.1) ? phone(place, random) : null,
    ...address(place, random),
    ...parentOf(world, random),
    statecode: random.chance(0.05) ? 1 : 0,
    ...times(random, world.skew === 'sorted' ? index / world.contacts : null),
  }
}

/** The mark of a person with nothing strange about the name. */
const ordinary = 0

/** Sixty of a hundred contacts are under an account, ten under a contact, thirty under nobody. */
function parentOf({ keys, accounts, contacts }: World, random: Random): Cells {
  const kind = random.below(100)
  if (kind >= 70) return {}
  const [type, rows] =
    kind < 60 ? (['account', accounts] as const) : (['contact', contacts] as const)
  return { parentcustomerid: guidOf(keys[type], random.below(rows)), parentcustomeridtype: type }
}

/** First each active contact has a document, then accounts and active contacts take turns. */
function documentOf(world: World, name: (typeof documentTables)[number], document: number): Cells {
  const { keys, activeContacts, accounts, ranks } = world
  const random = new Random(keys[name], document)
  const isFirst = document < activeContacts
  const isAnAccounts = !isFirst && (activeContacts === 0 || random.chance(0.4))
  const rank = isFirst ? document : random.below(activeContacts)
  return {
    [salesTable(name).key]: guidOf(keys[name], document),
    [name === 'salesorder' ? 'ordernumber' : `${name}number`]: `D-${document}`,
    name: 'Annual supply',
    customerid: isAnAccounts
      ? guidOf(keys.account, random.below(accounts))
      : guidOf(keys.contact, ranks.indexAt(rank)),
    customeridtype: isAnAccounts ? 'account' : 'contact',
    totalamount: `${random.below(20_000)}.00`,
    statecode: random.below(4),
    ...times(random, null),
  }
}
