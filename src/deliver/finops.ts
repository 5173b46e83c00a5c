import { columnOf } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import { identifier, join, sql } from '../domain/sql.ts'
import { exitStatus, P2cError } from '../errors.ts'
import { contactPersons } from '../sync/entities/contact-persons.ts'
import { customersV2 } from '../sync/entities/customers-v2.ts'
import type { Entity } from '../sync/entities/entity.ts'
import { projectOf } from '../sync/project.ts'
import { templates } from '../sync/templates/all.ts'
import type { DataEntity, DeliveryPlan, Sheet } from './sheet.ts'

/** Entities that are loaded by one thread take more than a day beyond this. */
const mostCustomers = 70_000
/** What one execution of an integration takes. */
const mostContacts = 500_000

const customers: DataEntity = { label: 'Customers V2', target: 'CustCustomerV2Entity', level: 1 }
const contacts: DataEntity = {
  label: 'CDS Contacts',
  target: 'smmContactPersonCDSEntity',
  level: 2,
}

/**
 * What the sync has made, as data packages of Finance and Operations.
 *
 * @throws P2cError SYNC_OUTDATED (exit 2) where a project fills a field that no sync has brought yet
 */
export async function finopsPlan(db: Database): Promise<DeliveryPlan> {
  return {
    sheets: [
      await sheetOf(db, 'customers-v2', customersV2, customers, mostCustomers),
      await sheetOf(db, 'cds-contacts', contactPersons, contacts, mostContacts),
    ],
    documents: {},
    instructions: [
      `Import customers-v2 first, then cds-contacts, into the company ${db.config.organization.company}: it is not in the files.`,
      'Wait for each package to end before you import the next; imports must not run at the same time.',
      'The number sequence of customer accounts must allow numbers that are given by hand.',
    ],
  }
}

async function sheetOf(
  db: Database,
  name: string,
  target: Entity,
  entity: DataEntity,
  mostRows: number,
): Promise<Sheet> {
  const [company = '', ...key] = target.key
  const fields = deliveredFields(db, target).filter(field => field !== company)
  await mustHaveFields(db, target, fields)
  return {
    name,
    // The framework writes names in capitals. The company is that into which the package is imported.
    columns: Object.fromEntries(fields.map(field => [field, field.toUpperCase()])),
    rows: sql`SELECT ${join(fields.map(identifier))} FROM ${identifier(target.table)} WHERE ${identifier(company)} = ${db.config.organization.company}`,
    order: key,
    mostRows,
    entity,
  }
}

/** The fields that any project fills; one that all of them omit is not sent. */
function deliveredFields({ config }: Database, target: Entity): string[] {
  const filled = templates
    .map(template => projectOf(template, config).legs[1])
    .filter(leg => leg.target === target)
    .flatMap(leg => leg.maps.map(map => map.to))
  return [...new Set([...target.key, ...filled])]
}

async function mustHaveFields(
  db: Database,
  target: Entity,
  fields: readonly string[],
): Promise<void> {
  const table = await db.dialect.describeTable(db, target.table)
  const missing = fields.filter(field => !columnOf(db, table, field))
  if (missing.length === 0) return
  throw new P2cError('SYNC_OUTDATED', {
    what: `${target.name} cannot be delivered`,
    must: 'a sync since fields were added to the projects',
    found: `none that has brought ${missing.join(', ')}`,
    next: 'Run "p2c sync" first',
    exit: exitStatus.usage,
  })
}
