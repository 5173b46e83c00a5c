import type { Knex } from 'knex'
import type { Database, Query } from '../database/database.ts'
import { queryBuilder } from '../database/query-builder.ts'
import { raw, sql } from '../domain/sql.ts'
import { invariants, type Invariant } from '../invariant.ts'
import type { Migration, NamedMigration, RowTruths } from './migration.ts'

/** Whether a migration says what must be true behind it. */
export function hasTruths({ verify, verifyRows }: Migration): boolean {
  return verify !== undefined || verifyRows !== undefined
}

/** The truths of a migration; rows that a backfill rejected are none of its violations. */
export async function truthsOf(db: Database, migration: NamedMigration): Promise<Invariant[]> {
  const { verify, verifyRows, backfill } = migration
  if (!hasTruths(migration)) return []
  const knex = await queryBuilder(db)
  const truths = [
    ...(verifyRows ? rowTruths(knex, verifyRows) : []),
    ...(verify ? invariants(verify(knex)) : []),
  ]
  if (!backfill) return truths
  const rejects = await db.row(
    sql`SELECT 1 FROM p2c_reject WHERE migration = ${migration.name} LIMIT 1`,
  )
  if (!rejects) return truths
  const key = db.names.column(backfill.key, 'broken')
  const butRejects = (query: Query) =>
    sql`SELECT * FROM (${withoutBindings(query)}) AS broken WHERE ${db.rules.keyText(key)} NOT IN (SELECT row_key FROM p2c_reject WHERE migration = ${migration.name})`
  // Who is rejected breaks the truths of the rows: each is asked for itself.
  return truths.map(({ name, query }) => ({ name, query: butRejects(query) }))
}

function rowTruths(knex: Knex, { table, broken }: RowTruths): Invariant[] {
  const ofKin = knex(table)
    .where(rows => {
      for (const isBroken of Object.values(broken)) void rows.orWhere(or => void isBroken(or))
    })
    .limit(1)
  return Object.entries(broken).map(([name, isBroken]) => ({
    name,
    query: isBroken(knex(table)),
    ofKin,
  }))
}

function withoutBindings(query: Query) {
  const { sql: text, bindings } =
    'toSQL' in query ? query.toSQL().toNative() : { sql: query.sql, bindings: query.values }
  if (bindings.length > 0) throw new TypeError(`a truth binds values: ${text}`)
  return raw(text)
}
