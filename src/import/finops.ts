import { openCsvSource, type CsvSource } from '../csv/read.ts'
import type { Database } from '../database/database.ts'
import type { BoundRow } from '../database/dialect.ts'
import { recorded } from '../database/run.ts'
import { join, raw, sql } from '../domain/sql.ts'
import { exitStatus, P2cError } from '../errors.ts'
import type { Work } from '../events.ts'
import { checkRejectsPath, openRejects } from './rejects.ts'

export interface FinopsImportOptions {
  /** An export of Customers V2 or of CDS Contacts, as CSV. */
  readonly finops: string
  /** Where rows go that cannot be taken; beside the file where nothing is said. */
  readonly rejects?: string | undefined
}

export interface FinopsImportResult {
  readonly entity: FinopsEntity
  /** Rows of the file: those that were taken and those that were rejected. */
  readonly rows: number
  readonly taken: number
  readonly rejected: number
  /** The file with the rejected rows; null where there are none. */
  readonly rejects: string | null
}

export type FinopsEntity = 'CustomersV2' | 'CDSContactPersons'

/** How an entity names what is kept of it. Headers of an export are in any case. */
interface Shape {
  readonly entity: FinopsEntity
  readonly number: string
  /** Without it a row is none; null: there is none. */
  readonly account: string | null
  readonly names: readonly (readonly string[])[]
  readonly isOurs: string
}

const shapes: readonly Shape[] = [
  {
    entity: 'CustomersV2',
    number: 'CUSTOMERACCOUNT',
    account: null,
    names: [['ORGANIZATIONNAME'], ['PERSONFIRSTNAME', 'PERSONLASTNAME']],
    isOurs: 'ISEXTERNALLYMAINTAINED',
  },
  {
    entity: 'CDSContactPersons',
    number: 'CONTACTPERSONPARTYNUMBER',
    account: 'ASSOCIATEDPARTYNUMBER',
    names: [['FIRSTNAME', 'LASTNAME']],
    isOurs: 'ISCONTACTPERSONEXTERNALLYMAINTAINED',
  },
]
const company = 'DATAAREAID'

const staged = ['line', 'company', 'number', 'account', 'name', 'is_ours']

/**
 * Takes in what Finance and Operations has already, in place of what was taken in of the same
 * entity before, so that `check` tells and the sync refuses what would overwrite somebody else. A
 * row without a company is of the configured one; of a key that repeats the last row is kept.
 *
 * @throws P2cError FINOPS_HEADER_UNKNOWN, CSV_UNREADABLE, CSV_EMPTY, CSV_HEADER_INVALID,
 * FILE_UNWRITABLE (exit 2)
 */
export async function* importFinops(
  db: Database,
  { finops: path, rejects = `${path}.rejects.csv` }: FinopsImportOptions,
): Work<FinopsImportResult> {
  await checkRejectsPath(rejects)
  const source = await openCsvSource(path)
  const shape = shapeOf(source)
  return yield* recorded(db, 'import --finops', () => load(db, source, shape, rejects), {
    outcomeOf: ({ rejected }) => (rejected > 0 ? 'findings' : 'done'),
  })
}

function shapeOf({ path, header }: CsvSource): Shape {
  const names = new Set(header.map(name => name.toUpperCase()))
  const found = shapes.find(
    ({ number, account }) => names.has(number) && (account === null || names.has(account)),
  )
  if (found) return found
  throw new P2cError('FINOPS_HEADER_UNKNOWN', {
    what: `${path} is no export of Customers V2 or of CDS Contacts`,
    must: 'the column CustomerAccount, or ContactPersonPartyNumber and AssociatedPartyNumber',
    found: header.slice(0, 10).join(', '),
    next: 'Export the entity with these fields, as CSV',
    exit: exitStatus.usage,
  })
}

async function* load(
  db: Database,
  source: CsvSource,
  shape: Shape,
  rejects: string,
): Work<FinopsImportResult> {
  const step = `import ${shape.entity}`
  const rejected = openRejects(source.path, rejects)
  yield { type: 'step', state: 'started', step }
  await makeStaging(db)
  try {
    let read = 0
    for await (const records of source.records()) {
      const rows: BoundRow[] = []
      for (const { line, raw: record, values, problem } of records) {
        read++
        const row = problem ? null : rowOf(db, shape, source.header, line, values)
        if (row) rows.push(row)
        else
          await rejected.write({
            line,
            column: problem?.column ?? shape.number,
            code: problem?.code ?? 'KEY_MISSING',
            message: problem?.message ?? 'the row has no key',
            record,
          })
      }
      await db.dialect.insertMany(db, raw('p2c_finops_stage'), staged.map(raw), rows)
      yield { type: 'progress', step, done: read, total: null, slowed: null }
    }
    for (const { line, number } of await repeated(db))
      await rejected.write({
        line,
        column: shape.number,
        code: 'KEY_DUPLICATE',
        message: `the key ${number} comes again further down`,
        record: '',
      })
    const taken = await replace(db, shape.entity)
    const count = await rejected.finish()
    yield { type: 'step', state: 'finished', step }
    return {
      entity: shape.entity,
      rows: read,
      taken,
      rejected: count,
      rejects: count > 0 ? rejects : null,
    }
  } finally {
    await rejected.abandon()
    await dropStaging(db)
  }
}

function rowOf(
  db: Database,
  shape: Shape,
  header: readonly string[],
  line: number,
  values: readonly string[],
): BoundRow | null {
  const cell = (name: string) => {
    const at = header.findIndex(column => column.toUpperCase() === name)
    return at < 0 ? '' : (values[at] ?? '')
  }
  const number = cell(shape.number)
  const account = shape.account === null ? '' : cell(shape.account)
  if (number === '' || (shape.account !== null && account === '')) return null
  const names = shape.names.map(parts => parts.map(cell).filter(Boolean).join(' '))
  const isOurs = /^(yes|true|1)$/i.test(cell(shape.isOurs)) ? 1 : 0
  const owner = cell(company) === '' ? db.config.organization.company : cell(company)
  return [line, owner, number, account, names.find(name => name !== '') ?? '', isOurs]
}

async function makeStaging(db: Database): Promise<void> {
  await dropStaging(db)
  await db.script(
    'CREATE TEMP TABLE p2c_finops_stage (line integer, company text, number text, account text, name text, is_ours integer)',
  )
}

async function dropStaging(db: Database): Promise<void> {
  await db.script('DROP TABLE IF EXISTS p2c_finops_stage')
}

const key = raw('company, number, account')
const last = sql`SELECT max(line) AS line FROM p2c_finops_stage GROUP BY ${key}`

/** Rows that a later one replaces. */
function repeated(db: Database): Promise<{ line: number; number: string }[]> {
  return db.rows(
    sql`SELECT line, number FROM p2c_finops_stage WHERE line NOT IN (${last}) ORDER BY line`,
  )
}

/** In place of what was there; the next sync compares every row with it. */
function replace(db: Database, entity: FinopsEntity): Promise<number> {
  return db.transaction(async () => {
    await db.change(sql`DELETE FROM p2c_finops_party WHERE entity = ${entity}`)
    await db.change(sql`DELETE FROM p2c_setting WHERE name = 'sync_compared'`)
    const columns = join(staged.slice(1).map(raw))
    return db.change(
      sql`INSERT INTO p2c_finops_party (entity, ${columns}) SELECT ${entity}, ${columns} FROM p2c_finops_stage WHERE line IN (${last})`,
    )
  })
}
