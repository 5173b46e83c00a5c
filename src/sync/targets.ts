import { columnOf } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import type { SchemaObject } from '../database/dialect.ts'
import { identifier, join, raw, sql, textOf } from '../domain/sql.ts'
import { columnTypeOf, type Entity } from './entities/entity.ts'
import type { Project } from './project.ts'
import { templates } from './templates/all.ts'

/**
 * The tables that the sync fills: one per entity, its columns the properties that the templates
 * fill, under their own names, kept in the order of the entity's key.
 */
export function targetTables(db: Database): SchemaObject[] {
  const legs = templates.flatMap(template => template.legs)
  const entities = [...new Set(legs.map(leg => leg.target))]
  return entities.map(entity => {
    const filled = new Set(
      legs.flatMap(leg => (leg.target === entity ? leg.maps.map(map => map.to) : [])),
    )
    return targetTable(db, entity, [
      ...entity.key,
      ...[...filled].filter(to => !entity.key.includes(to)),
    ])
  })
}

function targetTable(db: Database, entity: Entity, properties: readonly string[]): SchemaObject {
  const columns = properties.map(property => {
    // Records are walked by their key, as its bytes sort, on every engine alike.
    if (entity.key.includes(property))
      return sql`\n  ${identifier(property)} ${db.dialect.bytewiseText} NOT NULL`
    return sql`\n  ${identifier(property)} ${raw(db.dialect.columnType(columnTypeOf(entity, property)))}`
  })
  const table = identifier(entity.table)
  const key = join(entity.key.map(identifier), ', ')
  return {
    name: entity.table,
    create: textOf(
      sql`CREATE TABLE ${table} (${join(columns, ',')},\n  PRIMARY KEY (${key})\n) ${db.dialect.clusteredByKey}`,
    ),
    drop: textOf(sql`DROP TABLE ${table}`),
  }
}

/** Columns for the fields that projects fill beside those of their templates. */
export async function addTargetColumns(db: Database, projects: readonly Project[]): Promise<void> {
  for (const { target, maps } of projects.flatMap(({ legs }) => legs)) {
    const table = await db.dialect.describeTable(db, target.table)
    for (const { to } of maps.filter(map => !columnOf(db, table, map.to)))
      await db.script(
        textOf(
          sql`ALTER TABLE ${identifier(target.table)} ADD COLUMN ${identifier(to)} ${raw(db.dialect.columnType(columnTypeOf(target, to)))}`,
        ),
      )
  }
}
