import type { Database } from '../database/database.ts'
import { identifier, join, sql } from '../domain/sql.ts'
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

/** What the sync has made, as data packages of Finance and Operations. */
export function finopsPlan(db: Database): DeliveryPlan {
  return {
    sheets: [
      sheetOf(db, 'customers-v2', customersV2, customers, mostCustomers),
      sheetOf(db, 'cds-contacts', contactPersons, contacts, mostContacts),
    ],
    documents: {},
    instructions: [
      `Import customers-v2 first, then cds-contacts, into the company ${db.config.organization.company}: it is not in the files.`,
      'Wait for each package to end before you import the next; imports must not run at the same time.',
      'The number sequence of customer accounts must allow numbers that are given by hand.',
    ],
  }
}

function sheetOf(
  db: Database,
  name: string,
  target: Entity,
  entity: DataEntity,
  mostRows: number,
): Sheet {
  const [company = '', ...key] = target.key
  const fields = deliveredFields(db, target).filter(field => field !== company)
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
