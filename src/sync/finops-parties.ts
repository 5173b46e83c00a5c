import type { Database } from '../database/database.ts'
import { raw, sql, type Sql } from '../domain/sql.ts'
import type { Check } from './compile.ts'
import type { Entity } from './entities/entity.ts'
import { packed, quoted } from './problem.ts'
import type { ProjectLeg } from './project.ts'

/** What `p2c import --finops` took in of an entity, a row called `f`. */
export const parties = raw('p2c_finops_party AS f')

/** Whether anything is known of what Finance and Operations has in an entity. */
export async function knowsParties(db: Database, { name }: Entity): Promise<boolean> {
  if (!(await db.dialect.describeTable(db, 'p2c_finops_party'))) return false
  return (
    (await db.row(sql`SELECT 1 FROM ${parties} WHERE f.entity = ${name} LIMIT 1`)) !== undefined
  )
}

/** How names compare: without case as far as A to Z go, and outer spaces. */
export function comparable(name: Sql): Sql {
  return sql`lower(trim(coalesce(${name}, '')))`
}

/** That a record would take the key of another customer or contact person, whom others maintain. */
export async function takenByAnother(
  db: Database,
  leg: ProjectLeg,
  valueOf: (to: string) => Sql,
): Promise<Check[]> {
  const { target, customer } = leg
  if (leg.name !== 'cds-destination' || !(await knowsParties(db, target))) return []
  const number = valueOf(target.number)
  const account = customer === undefined ? sql`''` : valueOf(customer)
  const isAnother = sql`f.entity = ${target.name} AND f.company = ${db.config.organization.company} AND f.number = ${number} AND f.account = ${account}
    AND f.is_ours = 0 AND ${comparable(raw('f.name'))} <> ${comparable(nameOf(leg, valueOf))}`
  return [
    {
      when: sql`EXISTS (SELECT 1 FROM ${parties} WHERE ${isAnother})`,
      problem: packed(
        'KEY_TAKEN',
        sql`${number} || ' is in Finance and Operations already, as ' || ${quoted(sql`(SELECT f.name FROM ${parties} WHERE ${isAnother})`)}`,
      ),
    },
  ]
}

/** The name of a record: of the organization, or of the person. */
function nameOf({ maps }: ProjectLeg, valueOf: (to: string) => Sql): Sql {
  const value = (...names: string[]) => {
    const there = names.find(name => maps.some(({ to }) => to === name))
    return there === undefined ? raw('NULL') : valueOf(there)
  }
  const text = (sqlValue: Sql) => sql`coalesce(${sqlValue}, '')`
  const person = sql`trim(${text(value('PersonFirstName', 'FirstName'))} || ' ' || ${text(value('PersonLastName', 'LastName'))})`
  return sql`coalesce(nullif(${value('OrganizationName')}, ''), ${person})`
}
