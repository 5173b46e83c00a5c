import { columnOf } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import { field } from '../domain/names.ts'
import { projectOf, type Project } from './project.ts'
import { settingRefused } from './setting-refused.ts'
import type { Template } from './template.ts'
import { templates } from './templates/all.ts'

/**
 * The projects, in the order in which they run. A column that a template reads may be missing; one
 * that a setting names must be there, or the field would stay empty unnoticed.
 *
 * @throws P2cError CONFIG_INVALID (exit 2)
 */
export async function projectsOf(db: Database): Promise<Project[]> {
  const projects = templates.map(template => projectOf(template, db.config))
  for (const [i, project] of projects.entries()) {
    const template = templates[i]
    if (template) await mustHaveSources(db, template, project)
  }
  return projects
}

/** The project that an execution is one of. */
export function projectOfTask(projects: readonly Project[], task: string): Project {
  const project = projects.find(one => one.task === task)
  if (!project) throw new RangeError(`no project has the task ${task}`)
  return project
}

/** Columns that the upgrade makes, before it has. */
const made: ReadonlySet<string> = new Set(Object.values(field))

async function mustHaveSources(db: Database, template: Template, project: Project): Promise<void> {
  const [before] = template.legs
  for (const { to, from } of project.legs[0].maps) {
    const known = before.maps.find(map => map.to === to)?.from ?? []
    for (const source of from.filter(one => !known.includes(one))) {
      const [lookUp = '', attribute] = source.split('.', 2)
      // Where there are no currencies, none is known.
      if (attribute !== undefined && lookUp !== 'parentcustomerid') continue
      const [table, column] =
        attribute === undefined ? [before.source, source] : ['account', attribute]
      const there = await db.dialect.describeTable(db, db.names.tableName(table))
      if (made.has(column) || columnOf(db, there, column)) continue
      throw settingRefused(
        project.name,
        known.length > 0 ? 'maps' : 'add',
        to,
        `a column of ${db.names.tableName(table)}`,
        `${column}, which is none (DIPV1021)`,
      )
    }
  }
}
