import { shareOut } from '../backfill/share-out.ts'
import { keyCopyType } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import type { List, ListedColumn } from '../database/dialect.ts'
import { salesTable, type SalesTableName } from '../domain/sales.ts'
import { all, empty, mostlyTrue, raw, sql, type Sql } from '../domain/sql.ts'
import { boundsIn, partsWorth } from './bounds.ts'
import type { Execution } from './execution.ts'
import { wayThroughList } from './list-way.ts'
import type { ProjectLeg } from './project.ts'
import { numberOf, selects, sourceIdOf } from './selection.ts'
import {
  everything,
  type Ground,
  type KeyRange,
  type Observation,
  type Walk,
  type Way,
} from './walk.ts'
import { dropWorkTables, listOf } from './work-tables.ts'

/** How a row called `s` is found again. */
interface Locator {
  readonly at: Sql
  readonly type: Sql
}

/**
 * What a leg goes through that reads Sales: the rows that its template selects. Each part is listed,
 * by one scan of the table that is sorted, with what becomes of each row: to fetch rows in the order of
 * their numbers would read a distant page for each of them.
 */
export function selectedRows(
  db: Database,
  execution: Execution,
  leg: ProjectLeg,
  observe: Observation,
): Ground {
  return {
    bounds: workers => boundsBySample(db, execution, leg, workers),
    walk: async (connections, parts, ready) => {
      const locator = await locatorOf(db, leg)
      const listed = ready
        ? parts.map(({ after }, place) => ({
            ...ready,
            way: wayThroughList(listOf(place), after, ready.length),
          }))
        : await listParts(db, connections, parts, { execution, leg, observe, locator })
      return walkThrough(db, leg, locator, listed)
    },
  }
}

/** Where the rows come from, called `s`, and the table that is gone through for them. */
function rowsOf(db: Database, { mode, task }: Execution, leg: ProjectLeg) {
  const source = db.names.table(leg.source)
  const its = (guid: string) =>
    db.rules.hasGuid(salesTable(leg.source as SalesTableName).name, 's', raw(guid))
  const isTried = sql`j.task = ${task} AND j.leg = ${leg.name}`
  return {
    full: {
      table: db.names.tableName(leg.source),
      from: (sample: Sql) => sql`${source} AS s ${sample} ${db.dialect.readWhole}`,
    },
    changed: {
      table: 'p2c_sync_affected',
      from: (sample: Sql) =>
        sql`p2c_sync_affected AS f ${sample} JOIN ${source} AS s ON ${its('f.guid')}`,
    },
    retry: {
      table: 'p2c_sync_reject',
      from: (sample: Sql) =>
        sql`p2c_sync_reject AS j ${sample} JOIN ${source} AS s ON ${its('j.source_id')} AND ${isTried}`,
    },
  }[mode]
}

/** Whether the row called `s` is gone through, in this part. */
function isWalked(db: Database, leg: ProjectLeg, { after, last }: KeyRange): Sql {
  const number = numberOf(db, leg)
  const upToLast = last === null ? [] : [sql`${number} <= ${last}`]
  return all([sql`${number} > ${after}`, ...upToLast, selects(db, leg)])
}

async function boundsBySample(
  db: Database,
  execution: Execution,
  leg: ProjectLeg,
  workers: number,
): Promise<string[]> {
  const { table, from } = rowsOf(db, execution, leg)
  const sample = workers > 1 ? await db.dialect.sampleOf(db, table) : null
  if (!sample) return []
  const found = await db.rows<{ key: string }>(
    sql`SELECT ${numberOf(db, leg)} AS key FROM ${from(sample.clause)} WHERE ${isWalked(db, leg, everything)} ORDER BY key`,
  )
  const keys = found.map(({ key }) => key)
  return boundsIn(keys, partsWorth(db, keys.length / sample.share, workers))
}

/** What is to be known to list a part. */
interface Listing {
  readonly execution: Execution
  readonly leg: ProjectLeg
  readonly observe: Observation
  readonly locator: Locator
}

async function listParts(
  db: Database,
  connections: readonly Database[],
  parts: readonly KeyRange[],
  { execution, leg, observe, locator }: Listing,
): Promise<Listed[]> {
  await dropWorkTables(db, ['work'])
  const number = numberOf(db, leg)
  // Where nobody can tell whether a row has changed since, what was observed would be of no use.
  const canTell = (await db.transaction(() => db.dialect.salesMark(db))) !== null
  const columns: ListedColumn[] = [
    { name: raw('key'), value: number, type: db.dialect.bytewiseText },
    { name: raw('source_id'), value: sourceIdOf(db, leg), type: db.dialect.bytewiseText },
    { name: raw('locator'), value: locator.at, type: locator.type },
    ...(canTell ? observe.columns : []),
  ]
  const rows = sql`${rowsOf(db, execution, leg).from(empty)} ${canTell ? observe.joins : empty}`
  return shareOut(connections, parts, (connection, part, place) =>
    listPart(connection, part, {
      table: listOf(place),
      isKept: false,
      columns,
      from: sql`${rows} WHERE ${isWalked(db, leg, part)}`,
      order: [number, locator.at],
    }),
  )
}

function walkThrough(
  db: Database,
  leg: ProjectLeg,
  locator: Locator,
  listed: readonly Listed[],
): Walk {
  return {
    // The row may have changed since it was listed.
    join: sql`JOIN ${db.names.table(leg.source)} AS s ON ${locator.at} = w.locator AND ${mostlyTrue(sql`${numberOf(db, leg)} = w.key AND ${selects(db, leg)}`)}`,
    length: listed.reduce((sum, { length }) => sum + length, 0),
    isObserved: async connection => {
      const mark = await connection.dialect.salesMark(connection)
      return mark !== null && listed.every(list => list.mark === mark)
    },
    ways: listed.map(({ way }) => way),
  }
}

async function locatorOf(db: Database, leg: ProjectLeg): Promise<Locator> {
  const { name, key } = salesTable(leg.source as SalesTableName)
  const locator = await db.dialect.rowLocator(db, db.names.tableName(name))
  return locator === null
    ? { at: db.names.column(key, 's'), type: await keyCopyType(db, name, key) }
    : { at: raw(`s.${locator.sql}`), type: raw('integer') }
}

/** A part that is listed, and the database's mark of that moment, see `Dialect.salesMark`. */
interface Listed {
  readonly length: number
  readonly mark: number | null
  readonly way: Way
}

async function listPart(db: Database, { after }: KeyRange, list: List): Promise<Listed> {
  const [length, mark] = await db.transaction(async () => [
    await db.dialect.makeList(db, list),
    await db.dialect.salesMark(db),
  ])
  return { length, mark, way: wayThroughList(list.table, after, length) }
}
