import type { Database } from '../database/database.ts'
import { salesTable, type SalesTableName } from '../domain/sales.ts'
import { all, sql, type Sql } from '../domain/sql.ts'
import type { ProjectLeg } from './project.ts'

/** Whether the row called `s` is one that the template selects, by its flags. */
export function selects(db: Database, leg: ProjectLeg): Sql {
  const flag = (value: boolean) => db.dialect.flag(value)
  return all(
    Object.entries(leg.filter).map(
      ([column, value]) =>
        sql`coalesce(${db.names.column(column, 's')}, ${flag(false)}) = ${flag(value)}`,
    ),
  )
}

/** The number of the row called `s`, as it compares. */
export function numberOf(db: Database, leg: ProjectLeg): Sql {
  return db.dialect.bytewise(db.names.column(leg.number, 's'))
}

/** The Sales GUID of the row called `s`, as it compares. */
export function sourceIdOf(db: Database, leg: ProjectLeg): Sql {
  return db.rules.guid(db.names.column(salesTable(leg.source as SalesTableName).key, 's'))
}
